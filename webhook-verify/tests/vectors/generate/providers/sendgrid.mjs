// https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features

import sendgrid from "@sendgrid/eventwebhook";

import { EMPTY, EVENT, NOT_UTF8, NOW, OTHER, REPLACED, TAMPERED, UNICODE, accept, reject, truncated, withHeader, withoutHeader } from "../delivery.mjs";
import { compact, der, keyOf, sign, spki, twin } from "../ecdsa.mjs";
import { LENIENT_TEXT, LENIENT_TEXT_SIGNED, NO_WINDOW, passes } from "../verdict.mjs";

export const provider = "sendgrid";
export const sdk = "@sendgrid/eventwebhook";

const SIGNATURE = "x-twilio-email-event-webhook-signature";
const TIMESTAMP = "x-twilio-email-event-webhook-timestamp";
const CURRENT = { label: "current", pair: keyOf(7) };
const PREVIOUS = { label: "previous", pair: keyOf(8) };
const EVENTS = Buffer.from('[{"email":"hello@world.com","event":"dropped","sg_event_id":"ZHJvcC0x","timestamp":1750000000}]\r\n');

export function accepts({ secret, headers, body }) {
  return passes(() => {
    const webhook = new sendgrid.EventWebhook();
    return webhook.verifySignature(webhook.convertPublicKeyToECDSA(secret), body, headers[SIGNATURE], headers[TIMESTAMP]);
  });
}

const shown = ({ label, pair }) => ({ label, value: spki(pair).toString("base64") });

function deliver({ secret = CURRENT, secrets = [secret], body = EVENTS, at = NOW } = {}) {
  return withSignature(der(signed({ secret, body, at })), { secrets, body, at });
}

function signed({ secret = CURRENT, body = EVENTS, at = NOW } = {}) {
  return sign(secret.pair, String(at), body);
}

function withSignature(bytes, { secrets = [CURRENT], body = EVENTS, at = NOW } = {}) {
  const headers = [
    ["X-Twilio-Email-Event-Webhook-Signature", bytes.toString("base64")],
    ["X-Twilio-Email-Event-Webhook-Timestamp", String(at)],
  ];
  return { secrets: secrets.map(shown), headers, body };
}

// A DER sequence of two integers, of which the lengths fit into a byte.
function sequence(...integers) {
  const contents = Buffer.concat(integers.map((bytes) => Buffer.from([0x02, bytes.length, ...bytes])));
  return Buffer.from([0x30, contents.length, ...contents]);
}

// The bytes of r and s as DER holds them.
function integers(signature) {
  const bytes = der(signature);
  const first = bytes.subarray(4, 4 + bytes[3]);
  return [first, bytes.subarray(6 + bytes[3])];
}

const genuine = deliver();
const [r, s] = integers(signed());
const signature = (change) => withHeader(genuine, SIGNATURE, change);

export const cases = [
  accept("genuine", genuine),
  accept("a body that ends without a line break", deliver({ body: EVENT })),
  accept("a body in several scripts", deliver({ body: UNICODE })),
  accept("an empty body", deliver({ body: EMPTY })),
  accept("a body that is not UTF-8", deliver({ body: NOT_UTF8 }), { sdkAccepts: false, note: LENIENT_TEXT }),
  accept("the new of two keys", deliver({ secrets: [CURRENT, PREVIOUS] })),
  accept("the old of two keys", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("the twin of the signature, which whoever sees it can make", withSignature(der(twin(signed())))),
  accept("headers in lower case", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),

  reject("a tampered body", { ...genuine, body: TAMPERED }),
  reject("the line break at the end dropped", { ...genuine, body: EVENTS.subarray(0, -2) }),
  reject("a body that decodes leniently to the one signed", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }, { sdkAccepts: true, note: LENIENT_TEXT_SIGNED }),
  reject("no body", { ...genuine, body: EMPTY }),
  reject("signed with a key that is no longer valid", deliver({ secret: PREVIOUS, secrets: [CURRENT] })),
  reject("the time moved", withHeader(genuine, TIMESTAMP, () => String(NOW + 1))),
  reject("the signature of another body", withSignature(der(signed({ body: OTHER })))),
  reject("the signature of the body alone", withSignature(der(signed({ at: "" })))),
  reject("no time", withoutHeader(genuine, TIMESTAMP)),
  reject("no signature header", withoutHeader(genuine, SIGNATURE)),
  reject("an empty signature header", signature(() => "")),
  reject("a signature cut off", signature((value) => truncated(truncated(value)))),
  reject("a signature without DER around it", withSignature(compact(signed()))),
  reject("a signature in hex", signature((value) => Buffer.from(value, "base64").toString("hex"))),
  reject("bytes behind the sequence", withSignature(Buffer.concat([der(signed()), Buffer.of(0)]))),
  reject("an integer more in the sequence", withSignature(sequence(r, s, Buffer.of(1)))),
  reject("a sequence that claims to be longer", withSignature(der(signed()).fill(0x7f, 1, 2)), {
    sdkAccepts: true,
    note: "The SDK does not look at the length of the sequence; DER has one spelling.",
  }),
  reject("r and s of zero", withSignature(sequence(Buffer.of(0), Buffer.of(0)))),
  reject("r of zero", withSignature(sequence(Buffer.of(0), s))),
  reject("s of zero", withSignature(sequence(r, Buffer.of(0)))),
  reject("r and s swapped", withSignature(sequence(s, r))),
  reject("one bit of s flipped", withSignature(flipped(der(signed())))),
  reject("two signature headers that differ", { ...genuine, headers: [...genuine.headers, deliver({ body: OTHER }).headers[0]] }, {
    sdkAccepts: true,
    note: "Joined by Node, the second line hides behind a comma; lines that differ are refused.",
  }),
  reject("a year old", deliver({ at: NOW - 31_536_000 }), { sdkAccepts: true, note: NO_WINDOW }),
  reject("ten years ahead", deliver({ at: NOW + 315_360_000 }), { sdkAccepts: true, note: NO_WINDOW }),
];

function flipped(bytes) {
  bytes[bytes.length - 1] ^= 1;
  return bytes;
}
