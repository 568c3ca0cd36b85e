// https://documentation.mailgun.com/docs/mailgun/user-manual/webhooks/securing-webhooks
//
// The signature stands in the body and covers the time and the token beside it, and nothing that the event says.

import { createHmac } from "node:crypto";

import { NOW, SECOND_TOLERANCE, accept, reject, truncated } from "../delivery.mjs";

export const provider = "mailgun";

const CURRENT = { label: "current", value: "a webhook signing key of this month" };
const PREVIOUS = { label: "previous", value: "a webhook signing key of last month" };
const TOKEN = "d6b1ee2cbd6b4c5f9e1c8c1ff5a55e7e0b0e4d4f6a2b9c8d7e";
const EVENT = { event: "opened", id: "Ase7i2zsRYeDXztHGENqRA", recipient: "alice@example.com" };

function signatureOf({ secret = CURRENT, timestamp = String(NOW), token = TOKEN, hash = "sha256", encoding = "hex", signed = [timestamp, token] } = {}) {
  return { timestamp, token, signature: createHmac(hash, secret.value).update(signed.join("")).digest(encoding) };
}

function post(signature, { secrets = [CURRENT], event = EVENT } = {}) {
  return {
    secrets,
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from(JSON.stringify({ signature, "event-data": event })),
  };
}

const ours = signatureOf();
const changed = (fields) => post({ ...ours, ...fields });
const text = (body) => ({ ...post(ours), body: Buffer.from(body) });
const sentAt = (secs) => post(signatureOf({ timestamp: String(secs) }));
const parent = signatureOf({ secret: PREVIOUS }).signature;

export const cases = [
  accept("genuine", post(ours)),
  accept("an event in several scripts", post(ours, { event: { ...EVENT, recipient: "Zo\u00eb \u2665 \u{1f600} \u65e5\u672c" } })),
  accept("the event changed, which nothing signs", post(ours, { event: { ...EVENT, recipient: "bob@example.com" } })),
  accept("the new of two keys", post(ours, { secrets: [CURRENT, PREVIOUS] }), { label: "current" }),
  accept("the old of two keys", post(signatureOf({ secret: PREVIOUS }), { secrets: [CURRENT, PREVIOUS] }), { label: "previous" }),
  accept("the time as a number", changed({ timestamp: NOW })),
  accept("the signature of another account beside it", changed({ "parent-signature": parent })),
  accept("a signature in capitals", changed({ signature: ours.signature.toUpperCase() })),
  accept("a token with escapes", text(JSON.stringify({ signature: ours }).replace(TOKEN, `\\u0064\\u0036${TOKEN.slice(2)}`))),
  accept("as old as is allowed", sentAt(NOW - SECOND_TOLERANCE)),
  accept("as far ahead as is allowed", sentAt(NOW + 60)),
  accept("the signature behind the event", { ...post(ours), body: Buffer.from(JSON.stringify({ "event-data": EVENT, signature: ours })) }),

  reject("another time", changed({ timestamp: String(NOW + 1) })),
  reject("another token", changed({ token: TOKEN.replace("d6", "d7") })),
  reject("a character moved from the time to the token", changed({ timestamp: ours.timestamp.slice(0, -1), token: ours.timestamp.slice(-1) + TOKEN })),
  reject("signed with a key that is no longer valid", post(signatureOf({ secret: PREVIOUS }))),
  reject("the token in front of the time", post(signatureOf({ signed: [TOKEN, String(NOW)] }))),
  reject("the token alone signed", post(signatureOf({ signed: [TOKEN] }))),
  reject("another algorithm", post(signatureOf({ hash: "sha1" }))),
  reject("a signature in Base64", post(signatureOf({ encoding: "base64" }))),
  reject("a signature cut off", changed({ signature: truncated(ours.signature) })),
  reject("an empty signature", changed({ signature: "" })),
  reject("no signature", changed({ signature: undefined })),
  reject("no token", changed({ token: undefined })),
  reject("no time", changed({ timestamp: undefined })),
  reject("a signature that is no text", changed({ signature: 1 })),
  reject("nothing to say who sent it", { ...post(ours), body: Buffer.from(JSON.stringify({ "event-data": EVENT })) }),
  reject("the fields one level too high", { ...post(ours), body: Buffer.from(JSON.stringify({ ...ours, "event-data": EVENT })) }),
  reject("two signatures that differ", { ...post(ours), body: Buffer.from(`{"signature":${JSON.stringify(ours)},"signature":${JSON.stringify({ ...ours, token: "other" })}}`) }),
  reject("no body", { ...post(ours), body: Buffer.alloc(0) }),
  reject("a body that is no JSON", { ...post(ours), body: Buffer.from("signature=1") }),
  reject("too old by a second", sentAt(NOW - SECOND_TOLERANCE - 1)),
  reject("too far ahead by a second", sentAt(NOW + 61)),
  reject("a character moved from the token to the time", changed({ timestamp: ours.timestamp + TOKEN[0], token: TOKEN.slice(1) })),
  reject("a dot between time and token", post(signatureOf({ signed: [String(NOW), ".", TOKEN] }))),
  reject("a time with a fraction", post(signatureOf({ timestamp: `${NOW}.0` }))),
  reject("a time in milliseconds", post(signatureOf({ timestamp: `${NOW}000` }))),
  reject("an empty token", post(signatureOf({ token: "" }))),
  reject("a token with a line break", post(signatureOf({ token: `${TOKEN}\n` }))),
  reject("a signature of null", changed({ signature: null })),
  reject("a list of signatures", changed({ signature: [ours.signature] })),
  reject("our signature as the other account's only", changed({ signature: undefined, "parent-signature": ours.signature })),
  reject("two tokens, the first of them right", text(`{"signature":${JSON.stringify(ours).replace("}", ',"token":"x"}')}}`)),
  reject("two tokens, the last of them right", text(`{"signature":${JSON.stringify(ours).replace("{", '{"token":"x",')}}`)),
  reject("one signature twice", text(`{"signature":${JSON.stringify(ours)},"signature":${JSON.stringify(ours)}}`)),
  reject("the fields in a form", text(new URLSearchParams(ours).toString())),
  reject("something behind the JSON", text(`${JSON.stringify({ signature: ours })}x`)),
  reject("a year old", post(signatureOf({ timestamp: String(NOW - 31_536_000) }))),
  reject("ten years ahead", post(signatureOf({ timestamp: String(NOW + 315_360_000) }))),
];
