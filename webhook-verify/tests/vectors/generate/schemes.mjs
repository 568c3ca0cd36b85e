// How providers sign with HMAC, each scheme written down a second time, plainly: nothing is shared with the crate
// under test. `casesOf` makes a provider's deliveries out of its scheme.

import { createHmac } from "node:crypto";
import { isUtf8 } from "node:buffer";

import { EMPTY, EVENT, NOT_UTF8, NOW, OTHER, REPLACED, TAMPERED, UNICODE, accept, reject, truncated, withHeader, withoutHeader } from "./delivery.mjs";

const SECRET = { label: "new", value: "a secret of this month, 32 bytes" };
const OLD = { label: "old", value: "a secret of last month, 32 bytes" };
const BASE64 = { label: "new", value: Buffer.from(SECRET.value).toString("base64") };
const OLD_BASE64 = { label: "old", value: Buffer.from(OLD.value).toString("base64") };

export const verbatim = { secrets: [SECRET, OLD], key: (text) => Buffer.from(text), otherKey: (text) => Buffer.from(text, "base64") };
export const base64 = (prefix) => ({
  secrets: [BASE64, OLD_BASE64].map(({ label, value }) => ({ label, value: prefix + value })),
  key: (text) => Buffer.from(text.slice(prefix.length), "base64"),
  otherKey: (text) => Buffer.from(text),
});
export const hex = {
  secrets: [SECRET, OLD].map(({ label, value }) => ({ label, value: Buffer.from(value).toString("hex") })),
  key: (text) => Buffer.from(text, "hex"),
  otherKey: (text) => Buffer.from(text),
};

export const seconds = { text: (ms) => String(Math.floor(ms / 1000)) };
export const millis = { text: (ms) => String(ms) };
export const rfc3339 = { text: (ms) => new Date(ms - 7 * 3_600_000).toISOString().replace(/\.\d+Z$/, "-07:00") };

export const rfc3339Millis = { text: (ms) => new Date(ms).toISOString() };
export const httpDate = { text: (ms) => new Date(ms).toUTCString() };

const FIVE_MINUTES = { past: 300, future: 60 };

// The signature alone over the body alone.
export function bare(provider, header, options = {}) {
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
export function stamped(provider, header, [timeKey, key, separator], between, unit, options = {}) {
  return {
    provider, signatureHeader: header, form: verbatim, hash: "sha256", encoding: "hex", time: { ...unit, ...FIVE_MINUTES },
    signed: ({ time, body }) => [time, between, body],
    headers: ({ time, signature }) => [[header, `${timeKey}=${time}${separator}${key}=${signature}`]],
    relabelled: (value) => value.replace(`${key}=`, "v9="),
    ...options,
  };
}

// The time in a header beside the signature's.
export function timed(provider, header, timeHeader, prefix, signed, unit, options = {}) {
  return {
    ...bare(provider, header, { prefix }), timeHeader, time: { ...unit, ...FIVE_MINUTES }, signed,
    headers: ({ time, signature }) => [[timeHeader, time], [header, prefix + signature]],
    ...options,
  };
}

export function standard(provider, family = "webhook", form = base64("whsec_")) {
  return {
    provider, signatureHeader: `${family}-signature`, timeHeader: `${family}-timestamp`, form, hash: "sha256", encoding: "base64",
    time: { ...seconds, ...FIVE_MINUTES },
    signed: ({ time, body }) => ["msg_1", ".", time, ".", body],
    headers: ({ time, signature }) => [[`${family}-id`, "msg_1"], [`${family}-timestamp`, time], [`${family}-signature`, `v1,${signature}`]],
    relabelled: (value) => value.replace("v1,", "v2,"),
  };
}

// What a provider sends, signed at a time, in milliseconds.
export function deliver(scheme, body = EVENT, { sent = NOW * 1000, secret = scheme.form.secrets[0], hash = scheme.hash, encoding = scheme.encoding, key = scheme.form.key } = {}) {
  const time = scheme.time?.text(sent);
  const shaped = shapedBody(scheme, body, sent);
  const mac = (scheme.mac ?? createHmac)(hash, key(secret.value));
  scheme.signed({ time, body: shaped }).forEach((part) => mac.update(part));
  const headers = [...(scheme.unsigned ?? []), ...scheme.headers({ time, signature: mac.digest(encoding) })];
  return { secrets: [scheme.form.secrets[0]], headers, body: shaped, ...scheme.request };
}

// What `scheme.shape` makes of the text, for providers whose library or time wants a body to look like theirs.
function shapedBody({ shape }, body, sent = NOW * 1000) {
  const text = isUtf8(body) ? body.toString() : body.toString("latin1");
  return shape ? Buffer.from(JSON.stringify(shape(text, sent))) : body;
}

// `differing` gives the reasons for which the SDK judges otherwise than we do, each with the names of its cases.
export function casesOf(scheme, { more = [], differing = {} } = {}) {
  const cases = [...untimedCasesOf(scheme), ...(scheme.time ? timedCasesOf(scheme) : []), ...more];
  for (const [note, names] of Object.entries(differing)) {
    for (const name of names) {
      const one = cases.find((one) => one.name === name);
      if (!one) {
        throw new Error(`${scheme.provider}: no case is called "${name}"`);
      }
      Object.assign(one, { sdkAccepts: !one.accept, note });
    }
  }
  return cases;
}

function untimedCasesOf(scheme) {
  const header = scheme.signatureHeader.toLowerCase();
  const genuine = deliver(scheme);
  const [newest, old] = scheme.form.secrets;
  const resigned = (change) => withHeader(genuine, header, change);
  const otherBody = (body) => ({ ...genuine, body: shapedBody(scheme, body) });
  return [
    accept("genuine", genuine),
    accept("a body in several scripts", deliver(scheme, UNICODE)),
    accept("a body that is not UTF-8", deliver(scheme, NOT_UTF8)),
    accept("an empty body", deliver(scheme, EMPTY)),
    accept("the new of two secrets", { ...genuine, secrets: [newest, old] }, { label: newest.label }),
    accept("the old of two secrets", { ...deliver(scheme, EVENT, { secret: old }), secrets: [newest, old] }, { label: old.label }),
    accept("a header in capitals", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toUpperCase(), value]) }),
    reject("a tampered body", otherBody(TAMPERED)),
    reject("a body with a line break more", { ...genuine, body: Buffer.concat([genuine.body, Buffer.from("\n")]) }),
    reject("a body that decodes leniently to the one signed", { ...deliver(scheme, REPLACED), body: otherBody(NOT_UTF8).body }),
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
}

function timedCasesOf(scheme) {
  const genuine = deliver(scheme);
  const at = (seconds) => deliver(scheme, EVENT, { sent: (NOW + seconds) * 1000 });
  const { past, future } = scheme.time;
  const header = (scheme.timeHeader ?? scheme.signatureHeader).toLowerCase();
  const [now, later] = [NOW, NOW + 1].map((seconds) => scheme.time.text(seconds * 1000));
  const moved = scheme.timeInBody
    ? { ...genuine, body: Buffer.from(genuine.body.toString().replace(now, later)) }
    : withHeader(genuine, header, (value) => value.replace(now, later));
  const undated = scheme.timeInBody
    ? deliver({ ...scheme, shape: undefined })
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
