// https://github.com/inngest/inngest/blob/main/docs/SDK_SPEC.md, section 4.1.3

import { Inngest, InngestCommHandler } from "inngest";

import {
  EMPTY, EVENT, LARGE, NOT_UTF8, NOW, OTHER, SECOND_TOLERANCE, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "../delivery.mjs";
import { misspelled } from "../timestamps.mjs";

export const provider = "inngest";
export const sdk = "inngest";

const HEADER = "x-inngest-signature";
const KEY = "f00f3005a3666b359a79c2bc3380ce2715e62727ac461ae1a2618f8766029c9f";
const CURRENT = { label: "current", value: `signkey-prod-${KEY}` };
const PREVIOUS = { label: "previous", value: `signkey-prod-${"0123456789abcdef".repeat(4)}` };
const SPACED = Buffer.from('{ "id": "evt_6" }');
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

// As the SDK's request handler does: what is signed is the body parsed and written again in canonical form (RFC 8785).
// The specification signs the raw bytes, which is the same for bodies in that form, as all accepted ones here are.
export async function accepts({ secret, headers, body }) {
  const client = new Inngest({ id: "vectors", signingKey: secret, isDev: false, logger: SILENT });
  const handler = new InngestCommHandler({ client, functions: [], frameworkName: "vectors", handler: () => ({}) });
  const { success } = await handler.validateSignature(headers[HEADER], parsed(body));
  return success;
}

function parsed(body) {
  const text = body.toString();
  try {
    return text && JSON.parse(text);
  } catch {
    return text;
  }
}

// The SDK signs its answers only, so deliveries are signed by the specification and the SDK confirms them.
function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, at = NOW } = {}) {
  return { secrets, headers: [["X-Inngest-Signature", `t=${at}&s=${s({ secret, body, at })}`]], body };
}

function s({ secret = CURRENT, body = EVENT, at = NOW } = {}) {
  return hmacSha256(secret.value.replace(/^signkey-\w+-/, ""), body, String(at)).toString("hex");
}

const genuine = deliver();
const header = (value) => withHeader(genuine, HEADER, () => value);
const signature = s();
const zeros = "0".repeat(64);

export const cases = [
  accept("plain-json", genuine),
  accept("empty-body", deliver({ body: EMPTY })),
  accept("unicode-body", deliver({ body: UNICODE })),
  accept("large-body", deliver({ body: LARGE })),
  accept("lower-case-header-name", { ...genuine, headers: [[HEADER, genuine.headers[0][1]]] }),
  accept("key-of-another-environment", deliver({ secret: { ...CURRENT, value: `signkey-test-${KEY}` } })),
  accept("key-without-prefix", deliver({ secret: { ...CURRENT, value: KEY } })),
  accept("previous-secret", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("current-secret-listed-last", deliver({ secrets: [PREVIOUS, CURRENT] })),
  accept("signature-before-time", header(`s=${signature}&t=${NOW}`)),
  accept("oldest-tolerated", deliver({ at: NOW - SECOND_TOLERANCE })),
  accept("sender-clock-half-a-minute-ahead", deliver({ at: NOW + 30 })),
  accept("upper-case-hex", header(`t=${NOW}&s=${signature.toUpperCase()}`), {
    sdkAccepts: false,
    note: "Hex means the same in either case; the SDK compares the text.",
  }),
  accept("body-not-utf8", deliver({ body: NOT_UTF8 }), {
    sdkAccepts: false,
    note: "The bytes are what is signed; the SDK decodes them leniently first.",
  }),
  accept("body-not-in-canonical-form", deliver({ body: SPACED }), {
    sdkAccepts: false,
    note: "The specification signs the raw bytes; the SDK writes the body anew.",
  }),

  reject("tampered-body", { ...genuine, body: TAMPERED }),
  reject("body-dropped", { ...genuine, body: EMPTY }),
  reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
  reject("key-with-its-prefix-hashed", header(`t=${NOW}&s=${hmacSha256(CURRENT.value, EVENT, String(NOW)).toString("hex")}`)),
  reject("key-decoded-from-hex", header(`t=${NOW}&s=${hmacSha256(Buffer.from(KEY, "hex"), EVENT, String(NOW)).toString("hex")}`)),
  reject("signature-of-another-body", header(`t=${NOW}&s=${s({ body: OTHER })}`)),
  reject("signature-of-the-body-alone", header(`t=${NOW}&s=${hmacSha256(KEY, EVENT).toString("hex")}`)),
  reject("signature-with-the-time-first", header(`t=${NOW}&s=${hmacSha256(KEY, String(NOW), EVENT).toString("hex")}`)),
  reject("signature-of-another-time", header(`t=${NOW + 1}&s=${signature}`)),
  reject("stale", deliver({ at: NOW - SECOND_TOLERANCE - 1 })),
  reject("an-hour-ahead", deliver({ at: NOW + 3600 })),
  reject("ten-years-ahead", deliver({ at: NOW + 315_360_000 })),
  reject("time-in-milliseconds", deliver({ at: `${NOW}000` })),
  reject("missing-header", withoutHeader(genuine, HEADER)),
  reject("empty-header", header("")),
  reject("no-time", header(`s=${signature}`)),
  reject("no-signature", header(`t=${NOW}`)),
  reject("empty-signature", header(`t=${NOW}&s=`)),
  reject("another-key-name", header(`t=${NOW}&v1=${signature}`)),
  reject("wrong-separator", header(`t=${NOW},s=${signature}`)),
  reject("truncated-signature", header(`t=${NOW}&s=${truncated(signature)}`)),
  reject("extended-signature", header(`t=${NOW}&s=${signature}00`)),
  reject("all-zero-signature", header(`t=${NOW}&s=${zeros}`)),
  reject("not-hex", header(`t=${NOW}&s=${"z".repeat(64)}`)),
  reject("base64-signature", header(`t=${NOW}&s=${encodeURIComponent(Buffer.from(signature, "hex").toString("base64"))}`)),
  reject("repeated-header-that-differs", {
    ...genuine,
    headers: [...genuine.headers, ["X-Inngest-Signature", `t=${NOW}&s=${zeros}`]],
  }),
  reject("percent-encoded", header(`t=175000000%30&s=${signature}`), {
    sdkAccepts: true,
    note: "The SDK decodes a query string; digits have one spelling.",
  }),
  // The body `10000` sent at `1750000000` and the body `1` sent at `00001750000000` are the same signed bytes.
  reject("boundary-shifted-into-the-time", {
    ...header(`t=0000${NOW}&s=${s({ body: Buffer.from("10000") })}`),
    body: Buffer.from("1"),
  }, { sdkAccepts: true, note: "Digits moved from the end of the body to the head of the time; the time has ten digits." }),
  reject("body-written-anew", { ...deliver({ body: Buffer.from(JSON.stringify(JSON.parse(SPACED))) }), body: SPACED }, {
    sdkAccepts: true,
    note: "Signed was the canonical form of this body; these bytes are not the ones that were signed.",
  }),
  ...misspelled(
    ({ sent, signed }) => header(`t=${sent}&s=${s({ at: signed })}`),
    { laxAsSpelled: ["leading-zero", "trailing-letters", "fraction", "exponent"] },
  ),
];
