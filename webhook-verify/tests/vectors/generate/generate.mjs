// Writes ../sdk.json and ../sdk-more.json: webhook deliveries and whether they are genuine, with the providers' own
// SDKs as the judges. README.md says what is in a case.
//
//     npm ci && node generate.mjs
//
// Nothing here reads the clock, draws a random number or opens a connection, so two runs write the same bytes.
// Every case is put to the SDK of its provider in the very form in which it is written down. The run fails when the
// SDK decides otherwise than the case says; a case on which we knowingly differ says so in `sdk_accepts` and why in `note`.

import { readFileSync, writeFileSync } from "node:fs";
import { isUtf8 } from "node:buffer";
import { mock } from "node:test";

import { asciiJson } from "./delivery.mjs";

// Who signs with HMAC what comes in headers and body.
const PLAIN = [
  "adyen-platform", "box", "clerk", "coinbase-commerce", "elevenlabs", "github", "gitlab", "gocardless", "inngest", "line",
  "linear", "liveblocks", "mux", "notion", "openai", "paddle", "polar", "pusher", "razorpay", "replicate", "resend",
  "sanity", "shopify", "slack", "standard-webhooks", "stripe", "supabase", "svix", "webflow", "workos", "zoom",
];
// Who signs the address too, or parts of the body, or with a private key.
const MORE = ["adyen", "braintree", "discord", "fusionauth", "hubspot", "livekit", "plaid", "qstash", "sendgrid", "sns", "square", "twilio"];
const FEWEST_REJECTS = 8;

const versions = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).dependencies;

mock.timers.enable({ apis: ["Date"] });
await write("../sdk.json", PLAIN);
await write("../sdk-more.json", MORE);

async function write(name, providers) {
  const vectors = [];
  for (const provider of providers) {
    const module = await import(`./providers/${provider}.mjs`);
    for (const version of module.versions ?? [module]) {
      vectors.push(...(await vectorsOf(version)));
    }
  }
  const ids = new Set(vectors.map((vector) => vector.id));
  if (ids.size !== vectors.length) {
    throw new Error(`two cases in ${name} have the same id`);
  }
  writeFileSync(new URL(name, import.meta.url), `[\n${vectors.map(asciiJson).join(",\n")}\n]\n`);
}

async function vectorsOf({ provider, sdk, accepts, cases }) {
  const written = [];
  const wrong = [];
  for (const one of cases) {
    const { vector, fault } = await vectorOf(one, { provider, sdk, accepts });
    written.push(vector);
    wrong.push(...(fault ? [fault] : []));
  }
  if (wrong.length > 0) {
    throw new Error(wrong.join("\n"));
  }
  const rejects = written.filter((vector) => !vector.accept).length;
  if (rejects < FEWEST_REJECTS) {
    throw new Error(`${provider}: ${rejects} reject cases, at least ${FEWEST_REJECTS} are needed`);
  }
  console.log(`${provider.padEnd(18)} ${String(written.length - rejects).padStart(3)} accepted ${String(rejects).padStart(3)} rejected`);
  return written;
}

async function vectorOf(one, { provider, sdk, accepts }) {
  const id = `${provider}/${one.name}`;
  const secret = await secretAccepted(one, accepts);
  const sdkAccepts = secret !== undefined;
  // With one secret there is no choice to check.
  const label = one.accept && one.secrets.length > 1 ? secret?.label : undefined;
  const vector = {
    id,
    provider,
    source: `${sdk}@${versions[sdk]}`,
    secrets: one.secrets,
    ...(one.receiver && { receiver: one.receiver }),
    ...(one.method && { method: one.method }),
    ...(one.url && { url: one.url }),
    headers: one.headers,
    ...(isUtf8(one.body) ? { body_utf8: one.body.toString() } : { body_base64: one.body.toString("base64") }),
    now: one.now,
    accept: one.accept,
    ...(label && { secret_label: label }),
    ...(sdkAccepts !== one.accept && { sdk_accepts: sdkAccepts }),
    note: one.note ?? "",
  };
  return { vector, fault: faultOf(one, { id, sdkAccepts, label }) };
}

function faultOf(one, { id, sdkAccepts, label }) {
  if (sdkAccepts !== (one.sdkAccepts ?? one.accept)) {
    return `${id}: the SDK ${sdkAccepts ? "accepts" : "rejects"} it`;
  }
  if (sdkAccepts !== one.accept && !one.note) {
    return `${id}: differs from the SDK and does not say why`;
  }
  if (one.label && label && one.label !== label) {
    return `${id}: the SDK accepts it with the secret "${label}"`;
  }
  return undefined;
}

// The SDKs take one secret at a time; the first in the ring that verifies is the one that is expected to match.
async function secretAccepted({ secrets, headers, body, now, method, url, receiver }, accepts) {
  mock.timers.setTime(now * 1000);
  for (const secret of secrets) {
    if (await accepts({ secret: secret.value, headers: asNodeReceives(headers), body, method, url, receiver })) {
      return secret;
    }
  }
  return undefined;
}

// Node's http server hands over lower-case names and joins repeated lines with a comma.
function asNodeReceives(headers) {
  const received = {};
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    received[key] = key in received ? `${received[key]}, ${value}` : value;
  }
  return received;
}
