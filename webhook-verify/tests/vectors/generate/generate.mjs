// Writes ../sdk.json: webhook deliveries and whether they are genuine, with the providers' own SDKs as the judges.
//
//     npm ci && node generate.mjs
//
// Nothing here reads the clock, draws a random number or opens a connection, so two runs write the same bytes.
// Every case is put to the SDK of its provider in the very form in which it is written down. The run fails when the
// SDK decides otherwise than the case says; a case on which we knowingly differ says so in `sdk_accepts` and why in `note`.

import { readFileSync, writeFileSync } from "node:fs";
import { isUtf8 } from "node:buffer";

import { asciiJson } from "./delivery.mjs";
import * as github from "./providers/github.mjs";
import * as inngest from "./providers/inngest.mjs";
import * as sanity from "./providers/sanity.mjs";
import * as slack from "./providers/slack.mjs";
import * as standardWebhooks from "./providers/standard-webhooks.mjs";
import * as stripe from "./providers/stripe.mjs";
import * as svix from "./providers/svix.mjs";

const PROVIDERS = [github, stripe, standardWebhooks, svix, slack, sanity, inngest];
const FEWEST_REJECTS = 8;

const output = new URL("../sdk.json", import.meta.url);
const versions = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")).dependencies;

const vectors = [];
for (const provider of PROVIDERS) {
  vectors.push(...(await vectorsOf(provider)));
}
const ids = new Set(vectors.map((vector) => vector.id));
if (ids.size !== vectors.length) {
  throw new Error("two cases have the same id");
}
writeFileSync(output, `[\n${vectors.map(asciiJson).join(",\n")}\n]\n`);

async function vectorsOf({ provider, sdk, accepts, cases }) {
  const written = [];
  for (const one of cases) {
    written.push(await vectorOf(one, { provider, sdk, accepts }));
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
  const expected = one.sdkAccepts ?? one.accept;
  if (sdkAccepts !== expected) {
    throw new Error(`${id}: the SDK ${sdkAccepts ? "accepts" : "rejects"} it`);
  }
  if (sdkAccepts !== one.accept && !one.note) {
    throw new Error(`${id}: differs from the SDK and does not say why`);
  }
  // With one secret there is no choice to check.
  const label = one.accept && one.secrets.length > 1 ? secret?.label : undefined;
  return {
    id,
    provider,
    source: `${sdk}@${versions[sdk]}`,
    secrets: one.secrets,
    headers: one.headers,
    ...(isUtf8(one.body) ? { body_utf8: one.body.toString() } : { body_base64: one.body.toString("base64") }),
    now: one.now,
    accept: one.accept,
    ...(label && { secret_label: label }),
    ...(sdkAccepts !== one.accept && { sdk_accepts: sdkAccepts }),
    note: one.note ?? "",
  };
}

// The SDKs take one secret at a time; the first in the ring that verifies is the one that is expected to match.
async function secretAccepted({ secrets, headers, body, now }, accepts) {
  Date.now = () => now * 1000;
  for (const secret of secrets) {
    if (await accepts({ secret: secret.value, headers: asNodeReceives(headers), body })) {
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
