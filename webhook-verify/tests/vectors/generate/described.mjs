// Writes ../described.json: deliveries of the providers whose documentation says how they sign, and which have no
// library for Node that verifies, and whether they are genuine. README.md says what is in a case.
//
//     node described.mjs
//
// Nothing here reads the clock or draws a random number, so two runs write the same bytes.

import { isUtf8 } from "node:buffer";
import { writeFileSync } from "node:fs";

import { EVENT, accept, asciiJson, reject, withHeader } from "./delivery.mjs";
import { keyPairs, signer } from "./ed25519.mjs";
import * as mailgun from "./providers/mailgun.mjs";
import * as paypal from "./providers/paypal.mjs";
import * as trello from "./providers/trello.mjs";
import { bare, base64, casesOf, deliver, httpDate, millis, rfc3339, rfc3339Millis, seconds, stamped, standard, timed } from "./schemes.mjs";
import { casesOf as tokenCasesOf } from "./tokens.mjs";

const FEWEST_REJECTS = 8;

const PROVIDERS = [
  bare("airtable", "X-Airtable-Content-MAC", { prefix: "hmac-sha256=", form: base64("") }),
  bare("asana", "X-Hook-Signature"),
  bare("bitbucket", "X-Hub-Signature", { prefix: "sha256=" }),
  stamped("calendly", "Calendly-Webhook-Signature", ["t", "v1", ","], ".", seconds),
  bare("convoy", "X-Convoy-Signature"),
  stamped("convoy-advanced", "X-Convoy-Signature", ["t", "v1", ","], ",", seconds),
  bare("docusign", "X-DocuSign-Signature-1", { encoding: "base64" }),
  bare("dropbox", "X-Dropbox-Signature"),
  bare("hookdeck", "x-hookdeck-signature", { encoding: "base64" }),
  bare("intercom", "X-Hub-Signature", { prefix: "sha1=", otherPrefix: "sha256=", hash: "sha1" }),
  bare("jira", "X-Hub-Signature", { prefix: "sha256=" }),
  bare("lemon-squeezy", "X-Signature"),
  bare("meta", "X-Hub-Signature-256", { prefix: "sha256=" }),
  timed("metronome", "Metronome-Webhook-Signature", "X-Metronome-Date", "", ({ time, body }) => [time, "\n", body], httpDate),
  bare("mollie", "X-Mollie-Signature", { prefix: "sha256=" }),
  bare("outpost", "x-outpost-signature", { prefix: "v0=" }),
  bare("pagerduty", "X-PagerDuty-Signature", { prefix: "v1=" }),
  bare("plain", "Plain-Request-Signature", {
    timeInBody: true, time: { ...rfc3339Millis, past: 300, future: 60 },
    shape: (text, sent) => ({ id: "pEv_1", payload: text, webhookMetadata: { webhookDeliveryAttemptTimestamp: rfc3339Millis.text(sent) } }),
  }),
  stamped("retell", "X-Retell-Signature", ["v", "d", ","], "", millis, { signed: ({ time, body }) => [body, time] }),
  bare("sentry", "Sentry-Hook-Signature"),
  {
    ...standard("standard-webhooks-v1a", "webhook", keyPairs((key) => `whpk_${key.toString("base64")}`)), hash: "none", mac: signer,
    headers: ({ time, signature }) => [["webhook-id", "msg_1"], ["webhook-timestamp", time], ["webhook-signature", `v1a,${signature}`]],
    relabelled: (value) => value.replace("v1a,", "v1,"),
  },
  bare("typeform", "Typeform-Signature", { prefix: "sha256=", encoding: "base64" }),
  bare("vercel", "x-vercel-signature", { hash: "sha1" }),
  bare("woocommerce", "X-WC-Webhook-Signature", { encoding: "base64" }),
  bare("x", "X-Twitter-Webhooks-Signature", { prefix: "sha256=", encoding: "base64" }),
  timed("zendesk", "X-Zendesk-Webhook-Signature", "X-Zendesk-Webhook-Signature-Timestamp", "", ({ time, body }) => [time, body], rfc3339, { encoding: "base64" }),
];

const TOKENS = [
  { provider: "gitlab-token", header: "X-Gitlab-Token" },
  { provider: "okta", header: "Authorization" },
  { provider: "telegram", header: "X-Telegram-Bot-Api-Secret-Token" },
];

const MORE_CASES = {
  docusign(scheme) {
    const numbered = (number, secret) => deliver(scheme, EVENT, { secret }).headers.map(([name, value]) => [name.replace("-1", `-${number}`), value]);
    const [newest, old] = scheme.form.secrets;
    const other = { label: "other", value: "a key of someone else" };
    const delivery = deliver(scheme);
    return [
      accept("the key is the third", { ...delivery, headers: [...numbered(1, other), ...numbered(2, old), ...numbered(3, newest)] }),
      accept("the key is the eighth, and alone", { ...delivery, headers: numbered(8, newest) }),
      reject("the key is the ninth, which is not read", { ...delivery, headers: numbered(9, newest) }),
      reject("two keys, and neither is ours", { ...delivery, headers: [...numbered(1, other), ...numbered(2, old)] }),
    ];
  },
  hookdeck(scheme) {
    const second = (delivery) => delivery.headers.map(([name, value]) => [`${name}-2`, value]);
    const [, old] = scheme.form.secrets;
    const delivery = deliver(scheme);
    const other = deliver(scheme, EVENT, { secret: old });
    return [
      accept("the secret is the second header's", { ...delivery, headers: [...other.headers, ...second(delivery)] }),
      accept("the second header alone", { ...delivery, headers: second(delivery) }),
      reject("two headers, and neither is ours", { ...delivery, headers: [...other.headers, ...second(other)] }),
    ];
  },
  metronome(scheme) {
    const dated = (change) => deliver({ ...scheme, time: { ...scheme.time, text: (ms) => change(httpDate.text(ms)) } });
    return [
      reject("another day of the week", dated((date) => date.replace(/^.../, (day) => (day === "Mon" ? "Tue" : "Mon")))),
      reject("UTC for GMT", dated((date) => date.replace("GMT", "UTC"))),
      reject("the time in RFC 3339", dated((date) => new Date(date).toISOString())),
    ];
  },
  mollie(scheme) {
    const [, old] = scheme.form.secrets;
    const delivery = deliver(scheme);
    const both = [...deliver(scheme, EVENT, { secret: old }).headers, ...delivery.headers];
    return [
      accept("two secrets on two lines", { ...delivery, headers: both }),
      accept("no prefix", withHeader(delivery, "x-mollie-signature", (value) => value.replace("sha256=", ""))),
      reject("seventeen lines", { ...delivery, headers: Array.from({ length: 17 }, () => both).flat() }),
    ];
  },
  outpost(scheme) {
    const [, old] = scheme.form.secrets;
    const delivery = deliver(scheme);
    const [[name, ours]] = delivery.headers;
    const [[, theirs]] = deliver(scheme, EVENT, { secret: old }).headers;
    const digits = (value) => value.slice("v0=".length);
    const headed = (value) => ({ ...delivery, headers: [[name, value]] });
    return [
      accept("two signatures and ours is the first", headed(`${ours},${digits(theirs)}`)),
      accept("two signatures and ours is the last", headed(`${theirs},${digits(ours)}`)),
      accept("two signatures with a space between", headed(`${theirs}, ${digits(ours)}`)),
      reject("two signatures and neither is ours", headed(`${theirs},${digits(theirs)}`)),
      reject("the prefix at the second signature alone", headed(`${digits(theirs)},${ours}`)),
      reject("the prefix twice", headed(`${theirs},${ours}`)),
      reject("seventeen signatures", headed(`v0=${Array.from({ length: 17 }, () => digits(ours)).join(",")}`)),
    ];
  },
  pagerduty(scheme) {
    const [, old] = scheme.form.secrets;
    const delivery = deliver(scheme);
    const [[name, ours]] = delivery.headers;
    const [[, theirs]] = deliver(scheme, EVENT, { secret: old }).headers;
    return [
      accept("two signatures and ours is the first", { ...delivery, headers: [[name, `${ours},${theirs}`]] }),
      accept("two signatures and ours is the last", { ...delivery, headers: [[name, `${theirs},${ours}`]] }),
    ];
  },
};

function vectorOf(provider, { name, accept: genuine, now, label, secrets, receiver, method, url, headers, body }) {
  return {
    id: `${provider}/${name}`, provider, source: "the scheme as described, signed with node:crypto", secrets,
    ...(receiver && { receiver }), ...(method && { method }), ...(url && { url }),
    headers,
    ...(isUtf8(body) ? { body_utf8: body.toString() } : { body_base64: body.toString("base64") }),
    now, accept: genuine, ...(label && { secret_label: label }), note: "",
  };
}

function written(provider, cases) {
  const rejects = cases.filter((one) => !one.accept).length;
  if (rejects < FEWEST_REJECTS) {
    throw new Error(`${provider}: ${rejects} reject cases, at least ${FEWEST_REJECTS} are needed`);
  }
  return cases.map((one) => vectorOf(provider, one));
}

const vectors = [
  ...PROVIDERS.flatMap((scheme) => written(scheme.provider, casesOf(scheme, { more: MORE_CASES[scheme.provider]?.(scheme) }))),
  ...TOKENS.flatMap((token) => written(token.provider, tokenCasesOf(token))),
  ...[mailgun, paypal, trello].flatMap(({ provider, cases }) => written(provider, cases)),
];
writeFileSync(new URL("../described.json", import.meta.url), `[\n${vectors.map(asciiJson).join(",\n")}\n]\n`);
