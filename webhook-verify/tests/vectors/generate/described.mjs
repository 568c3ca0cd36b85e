// Writes ../described.json: deliveries of the providers whose documentation or library says how they sign, and
// whether they are genuine.
//
//     node described.mjs
//
// The schemes are written down here a second time, plainly, and signed with Node's own HMAC: nothing is shared with
// the crate under test. Nothing here reads the clock or draws a random number, so two runs write the same bytes.

import { createHmac } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { writeFileSync } from "node:fs";

import { EMPTY, EVENT, NOT_UTF8, NOW, OTHER, TAMPERED, UNICODE, accept, asciiJson, reject, truncated, withHeader, withoutHeader } from "./delivery.mjs";

const FEWEST_REJECTS = 8;
const SECRET = { label: "new", value: "a secret of this month, 32 bytes" };
const OLD = { label: "old", value: "a secret of last month, 32 bytes" };
const BASE64 = { label: "new", value: Buffer.from(SECRET.value).toString("base64") };
const OLD_BASE64 = { label: "old", value: Buffer.from(OLD.value).toString("base64") };

const verbatim = { secrets: [SECRET, OLD], key: (text) => Buffer.from(text), otherKey: (text) => Buffer.from(text, "base64") };
const base64 = (prefix) => ({
  secrets: [BASE64, OLD_BASE64].map(({ label, value }) => ({ label, value: prefix + value })),
  key: (text) => Buffer.from(text.slice(prefix.length), "base64"),
  otherKey: (text) => Buffer.from(text),
});
const hex = {
  secrets: [SECRET, OLD].map(({ label, value }) => ({ label, value: Buffer.from(value).toString("hex") })),
  key: (text) => Buffer.from(text, "hex"),
  otherKey: (text) => Buffer.from(text),
};

const seconds = { text: (ms) => String(Math.floor(ms / 1000)) };
const millis = { text: (ms) => String(ms) };
const rfc3339 = { text: (ms) => new Date(ms - 7 * 3_600_000).toISOString().replace(/\.\d+Z$/, "-07:00") };

const FIVE_MINUTES = { past: 300, future: 60 };

// The signature alone over the body alone.
function bare(provider, header, options = {}) {
  const { prefix = "", otherPrefix = prefix === "" ? "sha256=" : "sha512=" } = options;
  return {
    provider, signatureHeader: header, form: verbatim, hash: "sha256", encoding: "hex",
    signed: ({ body }) => [body],
    headers: ({ signature }) => [[header, prefix + signature]],
    relabelled: (value) => otherPrefix + value.slice(prefix.length),
    ...options,
  };
}

// Time and signature in one header.
function stamped(provider, header, [timeKey, key, separator], between, unit, options = {}) {
  return {
    provider, signatureHeader: header, form: verbatim, hash: "sha256", encoding: "hex", time: { ...unit, ...FIVE_MINUTES },
    signed: ({ time, body }) => [time, between, body],
    headers: ({ time, signature }) => [[header, `${timeKey}=${time}${separator}${key}=${signature}`]],
    relabelled: (value) => value.replace(`${key}=`, "v9="),
    ...options,
  };
}

// The time in a header beside the signature's.
function timed(provider, header, timeHeader, prefix, signed, unit, options = {}) {
  return {
    ...bare(provider, header, { prefix }), timeHeader, time: { ...unit, ...FIVE_MINUTES }, signed,
    headers: ({ time, signature }) => [[timeHeader, time], [header, prefix + signature]],
    ...options,
  };
}

function standard(provider, family = "webhook", form = base64("whsec_")) {
  return {
    provider, signatureHeader: `${family}-signature`, timeHeader: `${family}-timestamp`, form, hash: "sha256", encoding: "base64",
    time: { ...seconds, ...FIVE_MINUTES },
    signed: ({ time, body }) => ["msg_1", ".", time, ".", body],
    headers: ({ time, signature }) => [[`${family}-id`, "msg_1"], [`${family}-timestamp`, time], [`${family}-signature`, `v1,${signature}`]],
    relabelled: (value) => value.replace("v1,", "v2,"),
  };
}

const PROVIDERS = [
  bare("adyen-platform", "HmacSignature", { encoding: "base64", form: hex }),
  bare("airtable", "X-Airtable-Content-MAC", { prefix: "hmac-sha256=", form: base64("") }),
  bare("asana", "X-Hook-Signature"),
  bare("bitbucket", "X-Hub-Signature", { prefix: "sha256=" }),
  timed("box", "box-signature-primary", "box-delivery-timestamp", "", ({ time, body }) => [body, time], rfc3339, {
    encoding: "base64", time: { ...rfc3339, past: 600, future: 60 },
  }),
  stamped("calendly", "Calendly-Webhook-Signature", ["t", "v1", ","], ".", seconds),
  standard("clerk", "svix"),
  bare("coinbase-commerce", "X-CC-Webhook-Signature"),
  bare("docusign", "X-DocuSign-Signature-1", { encoding: "base64" }),
  bare("dropbox", "X-Dropbox-Signature"),
  stamped("elevenlabs", "ElevenLabs-Signature", ["t", "v0", ","], ".", seconds, { time: { ...seconds, past: 1800, future: 60 } }),
  standard("gitlab"),
  bare("gocardless", "Webhook-Signature"),
  bare("intercom", "X-Hub-Signature", { prefix: "sha1=", otherPrefix: "sha256=", hash: "sha1" }),
  bare("jira", "X-Hub-Signature", { prefix: "sha256=" }),
  bare("lemon-squeezy", "X-Signature"),
  bare("line", "x-line-signature", { encoding: "base64" }),
  bare("linear", "Linear-Signature", { timeInBody: "webhookTimestamp", time: { ...millis, past: 60, future: 60 } }),
  standard("liveblocks"),
  bare("meta", "X-Hub-Signature-256", { prefix: "sha256=" }),
  bare("mollie", "X-Mollie-Signature", { prefix: "sha256=" }),
  stamped("mux", "Mux-Signature", ["t", "v1", ","], ".", seconds),
  bare("notion", "X-Notion-Signature", { prefix: "sha256=" }),
  standard("openai"),
  stamped("paddle", "Paddle-Signature", ["ts", "h1", ";"], ":", seconds),
  bare("pagerduty", "X-PagerDuty-Signature", { prefix: "v1=" }),
  standard("polar", "webhook", verbatim),
  bare("pusher", "X-Pusher-Signature"),
  bare("razorpay", "X-Razorpay-Signature"),
  standard("replicate"),
  standard("resend", "svix"),
  bare("sentry", "Sentry-Hook-Signature"),
  bare("shopify", "X-Shopify-Hmac-Sha256", { encoding: "base64" }),
  standard("supabase", "webhook", base64("v1,whsec_")),
  bare("typeform", "Typeform-Signature", { prefix: "sha256=", encoding: "base64" }),
  bare("vercel", "x-vercel-signature", { hash: "sha1" }),
  timed("webflow", "x-webflow-signature", "x-webflow-timestamp", "", ({ time, body }) => [time, ":", body], millis),
  bare("woocommerce", "X-WC-Webhook-Signature", { encoding: "base64" }),
  stamped("workos", "WorkOS-Signature", ["t", "v1", ", "], ".", millis, { time: { ...millis, past: 180, future: 60 } }),
  bare("x", "X-Twitter-Webhooks-Signature", { prefix: "sha256=", encoding: "base64" }),
  timed("zoom", "x-zm-signature", "x-zm-request-timestamp", "v0=", ({ time, body }) => ["v0", ":", time, ":", body], seconds),
];

// What a provider sends, signed at a time, in milliseconds.
function deliver(scheme, body = EVENT, { sent = NOW * 1000, secret = scheme.form.secrets[0], hash = scheme.hash, encoding = scheme.encoding, key = scheme.form.key } = {}) {
  const time = scheme.time?.text(sent);
  const dated = scheme.timeInBody ? datedBody(scheme, body, sent) : body;
  const mac = createHmac(hash, key(secret.value));
  scheme.signed({ time, body: dated }).forEach((part) => mac.update(part));
  const headers = scheme.headers({ time, signature: mac.digest(encoding) });
  return { secrets: [scheme.form.secrets[0]], headers, body: dated };
}

function datedBody(scheme, body, sent) {
  const data = isUtf8(body) ? body.toString() : body.toString("latin1");
  return Buffer.from(JSON.stringify({ data, [scheme.timeInBody]: sent }));
}

function casesOf(scheme) {
  const header = scheme.signatureHeader.toLowerCase();
  const genuine = deliver(scheme);
  const [newest, old] = scheme.form.secrets;
  const resigned = (change) => withHeader(genuine, header, change);
  const otherBody = (body) => ({ ...genuine, body: scheme.timeInBody ? datedBody(scheme, body, NOW * 1000) : body });
  const cases = [
    accept("genuine", genuine),
    accept("a body in several scripts", deliver(scheme, UNICODE)),
    accept("a body that is not UTF-8", deliver(scheme, NOT_UTF8)),
    accept("an empty body", deliver(scheme, EMPTY)),
    accept("the new of two secrets", { ...genuine, secrets: [newest, old] }, { label: newest.label }),
    accept("the old of two secrets", { ...deliver(scheme, EVENT, { secret: old }), secrets: [newest, old] }, { label: old.label }),
    accept("a header in capitals", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toUpperCase(), value]) }),
    reject("a tampered body", otherBody(TAMPERED)),
    reject("a body with a line break more", { ...genuine, body: Buffer.concat([genuine.body, Buffer.from("\n")]) }),
    reject("no body", { ...genuine, body: EMPTY }),
    reject("signed with a secret that is no longer valid", { ...deliver(scheme, EVENT, { secret: old }), secrets: [newest] }),
    reject("the secret taken in another form", deliver(scheme, EVENT, { key: scheme.form.otherKey })),
    reject("no signature header", withoutHeader(genuine, header)),
    reject("an empty signature header", resigned(() => "")),
    reject("a signature cut off", resigned(truncated)),
    reject("a signature in another encoding", deliver(scheme, EVENT, { encoding: scheme.encoding === "hex" ? "base64" : "hex" })),
    reject("a signature under another label", resigned(scheme.relabelled)),
    reject("the signature of another body", { ...deliver(scheme, OTHER), body: genuine.body }),
    reject("another algorithm", deliver(scheme, EVENT, { hash: scheme.hash === "sha1" ? "sha256" : "sha1" })),
    reject("two signature headers that differ", { ...genuine, headers: [...deliver(scheme, OTHER).headers, ...deliver(scheme, TAMPERED).headers] }),
  ];
  return [...cases, ...(scheme.time ? timedCasesOf(scheme, genuine) : []), ...(MORE_CASES[scheme.provider]?.(scheme) ?? [])];
}

function timedCasesOf(scheme, genuine) {
  const at = (seconds) => deliver(scheme, EVENT, { sent: (NOW + seconds) * 1000 });
  const { past, future } = scheme.time;
  const header = (scheme.timeHeader ?? scheme.signatureHeader).toLowerCase();
  const [now, later] = [NOW, NOW + 1].map((seconds) => scheme.time.text(seconds * 1000));
  const moved = scheme.timeInBody
    ? { ...genuine, body: Buffer.from(genuine.body.toString().replace(now, later)) }
    : withHeader(genuine, header, (value) => value.replace(now, later));
  const undated = scheme.timeInBody
    ? signedAsItIs(scheme, EVENT)
    : scheme.timeHeader ? withoutHeader(genuine, header) : withHeader(genuine, header, (value) => value.replace(`=${now}`, "="));
  return [
    accept("as old as may be", at(-past)),
    accept("as far ahead as may be", at(future)),
    reject("a second too old", at(-past - 1)),
    reject("a second too far ahead", at(future + 1)),
    reject("a year old", at(-31_536_000)),
    reject("ten years ahead", at(315_360_000)),
    reject("the time moved", moved),
    reject("no time", undated),
  ];
}

function signedAsItIs(scheme, body) {
  return { ...deliver({ ...scheme, timeInBody: undefined }, body) };
}

const MORE_CASES = {
  box(scheme) {
    const rename = (delivery) => ({ ...delivery, headers: delivery.headers.map(([name, value]) => [name.replace("primary", "secondary"), value]) });
    const [newest, old] = scheme.form.secrets;
    const secondary = rename(deliver(scheme, EVENT, { secret: old }));
    const both = { ...secondary, headers: [...deliver(scheme).headers, secondary.headers[1]] };
    return [
      accept("the secondary key only", { ...secondary, secrets: [old] }),
      accept("both keys, and the receiver has the secondary", { ...both, secrets: [old] }),
      accept("both keys, and the receiver has them the other way round", { ...both, secrets: [old, newest] }, { label: "old" }),
      reject("both keys, and the receiver has neither", { ...both, secrets: [{ label: "other", value: "a key of neither" }] }),
      reject("the time as UTC, which was signed with an offset", withHeader(deliver(scheme), "box-delivery-timestamp", () => new Date(NOW * 1000).toISOString().replace(".000", ""))),
    ];
  },
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
  pagerduty: (scheme) => listed(scheme, ","),
  paddle: (scheme) => listed(scheme, ";"),
};

// Two signatures in one header, and ours is the first or the last.
function listed(scheme, separator) {
  const [, old] = scheme.form.secrets;
  const delivery = deliver(scheme);
  const [[name, ours]] = delivery.headers;
  const [[, theirs]] = deliver(scheme, EVENT, { secret: old }).headers;
  return [
    accept("two signatures and ours is the first", { ...delivery, headers: [[name, ours + separator + theirs.split(separator).at(-1)]] }),
    accept("two signatures and ours is the last", { ...delivery, headers: [[name, theirs + separator + ours.split(separator).at(-1)]] }),
  ];
}

function vectorOf(provider, { name, accept: genuine, now, label, secrets, headers, body }) {
  return {
    id: `${provider}/${name}`, provider, source: "the scheme as described, signed with node:crypto", secrets, headers,
    ...(isUtf8(body) ? { body_utf8: body.toString() } : { body_base64: body.toString("base64") }),
    now, accept: genuine, ...(label && { secret_label: label }), note: "",
  };
}

const vectors = PROVIDERS.flatMap((scheme) => {
  const written = casesOf(scheme).map((one) => vectorOf(scheme.provider, one));
  const rejects = written.filter((vector) => !vector.accept).length;
  if (rejects < FEWEST_REJECTS) {
    throw new Error(`${scheme.provider}: ${rejects} reject cases, at least ${FEWEST_REJECTS} are needed`);
  }
  return written;
});
writeFileSync(new URL("../described.json", import.meta.url), `[\n${vectors.map(asciiJson).join(",\n")}\n]\n`);
