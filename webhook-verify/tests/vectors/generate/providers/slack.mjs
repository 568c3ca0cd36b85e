// https://docs.slack.dev/authentication/verifying-requests-from-slack

import { Readable } from "node:stream";

import bolt from "@slack/bolt";

import {
  EMPTY, EVENT, LARGE, NOT_UTF8, NOW, OTHER, REPLACED, SECOND_TOLERANCE, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "../delivery.mjs";
import { misspelled } from "../timestamps.mjs";

export const provider = "slack";
export const sdk = "@slack/bolt";

const SIGNATURE = "x-slack-signature";
const TIMESTAMP = "x-slack-request-timestamp";
const CURRENT = { label: "current", value: "8f742231b10e8888abcd99yyyzzz85a5" };
const PREVIOUS = { label: "previous", value: "0123456789abcdef0123456789abcdef" };
const COMMAND = Buffer.from("token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&command=%2Fweather&text=94070");

// The whole path of a request through the SDK's receiver, since it is there that the time is read.
export async function accepts({ secret, headers, body }) {
  const request = Object.assign(Readable.from([body]), { headers });
  try {
    await bolt.HTTPModuleFunctions.parseAndVerifyHTTPRequest({ signingSecret: secret }, request);
    return true;
  } catch (error) {
    if (error.message.startsWith("Failed to verify authenticity")) {
      return false;
    }
    throw error;
  }
}

// The SDK has no signer, so deliveries are signed by the documented rule and the SDK confirms them.
function deliver({ secret = CURRENT, secrets = [secret], body = EVENT, at = NOW } = {}) {
  const headers = [
    ["X-Slack-Request-Timestamp", String(at)],
    ["X-Slack-Signature", v0({ secret, body, at })],
  ];
  return { secrets, headers, body };
}

function v0({ secret = CURRENT, body = EVENT, at = NOW } = {}) {
  return `v0=${hmacSha256(secret.value, `v0:${at}:`, body).toString("hex")}`;
}

const genuine = deliver();
const signature = (change) => withHeader(genuine, SIGNATURE, change);

export const cases = [
  accept("plain-json", genuine),
  accept("empty-body", deliver({ body: EMPTY })),
  accept("form-body", deliver({ body: COMMAND })),
  accept("unicode-body", deliver({ body: UNICODE })),
  accept("large-body", deliver({ body: LARGE })),
  accept("body-with-colons-at-its-head", deliver({ body: Buffer.from(":1750000000:{}") })),
  accept("lower-case-header-names", { ...genuine, headers: genuine.headers.map(([name, value]) => [name.toLowerCase(), value]) }),
  accept("previous-secret", deliver({ secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),
  accept("current-secret-listed-last", deliver({ secrets: [PREVIOUS, CURRENT] })),
  accept("oldest-tolerated", deliver({ at: NOW - SECOND_TOLERANCE })),
  accept("sender-clock-half-a-minute-ahead", deliver({ at: NOW + 30 })),
  accept("upper-case-hex", signature((value) => `v0=${value.slice(3).toUpperCase()}`), {
    sdkAccepts: false,
    note: "Hex means the same in either case; the SDK compares the text.",
  }),
  accept("body-not-utf8", deliver({ body: NOT_UTF8 }), {
    sdkAccepts: false,
    note: "The bytes are what is signed; the SDK decodes them leniently first.",
  }),

  reject("tampered-body", { ...genuine, body: TAMPERED }),
  reject("body-dropped", { ...genuine, body: EMPTY }),
  reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
  reject("signature-of-another-body", signature(() => v0({ body: OTHER }))),
  reject("signature-of-the-body-alone", signature(() => `v0=${hmacSha256(CURRENT.value, EVENT).toString("hex")}`)),
  reject("signature-of-another-time", signature(() => v0({ at: NOW - 1 }))),
  reject("time-changed", withHeader(genuine, TIMESTAMP, () => String(NOW + 1))),
  reject("stale", deliver({ at: NOW - SECOND_TOLERANCE - 1 })),
  reject("a-year-old", deliver({ at: NOW - 31_536_000 })),
  ...[["an-hour-ahead", 3600], ["ten-years-ahead", 315_360_000]].map(([name, ahead]) =>
    reject(name, deliver({ at: NOW + ahead }), {
      sdkAccepts: true,
      note: "The SDK looks at the past only; a delivery from the future would stay replayable until then.",
    }),
  ),
  reject("time-in-milliseconds", deliver({ at: `${NOW}000` }), {
    sdkAccepts: true,
    note: "The SDK takes it for a time far ahead; the scheme's times are seconds.",
  }),
  reject("missing-time", withoutHeader(genuine, TIMESTAMP)),
  reject("missing-signature", withoutHeader(genuine, SIGNATURE)),
  reject("empty-signature-header", signature(() => "")),
  reject("empty-signature", signature(() => "v0=")),
  reject("no-version", signature((value) => value.slice(3))),
  reject("wrong-version", signature((value) => value.replace("v0=", "v1="))),
  reject("upper-case-version", signature((value) => value.replace("v0=", "V0="))),
  reject("truncated-signature", signature(truncated)),
  reject("extended-signature", signature((value) => `${value}00`)),
  reject("all-zero-signature", signature(() => `v0=${"0".repeat(64)}`)),
  reject("not-hex", signature(() => `v0=${"z".repeat(64)}`)),
  reject("base64-signature", signature((value) => `v0=${Buffer.from(value.slice(3), "hex").toString("base64")}`)),
  reject("text-after-signature", signature((value) => `${value}=00`), {
    sdkAccepts: true,
    note: "The SDK drops what follows a second `=`; a signature has one spelling.",
  }),
  reject("repeated-header-that-differs", {
    ...genuine,
    headers: [...genuine.headers, ["X-Slack-Signature", `v0=${"0".repeat(64)}`]],
  }),
  reject("unsigned-certificate-check", {
    secrets: [CURRENT],
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    body: Buffer.from("ssl_check=1&token=xyzz0WbapA4vBCDEFasx0q6G"),
  }, { sdkAccepts: true, note: "The SDK lets certificate checks pass unsigned, without their content; unsigned is not verified." }),
  reject("body-not-utf8-decoded-leniently", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }, {
    sdkAccepts: true,
    note: "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.",
  }),
  ...misspelled(
    ({ sent, signed }) => withHeader(signature(() => v0({ at: signed })), TIMESTAMP, () => sent),
    { laxAsNumber: ["plus-sign", "leading-zero", "fraction", "exponent", "hexadecimal"] },
  ),
];
