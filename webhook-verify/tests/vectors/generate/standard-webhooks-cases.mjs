// The cases of the Standard Webhooks scheme, which Svix shares under header names of its own.

import {
  EMPTY, EVENT, LARGE, NOT_UTF8, NOW, OTHER, REPLACED, SECOND_TOLERANCE, TAMPERED, UNICODE,
  accept, hmacSha256, reject, truncated, withHeader, withoutHeader,
} from "./delivery.mjs";
import { misspelled } from "./timestamps.mjs";

const KEY = Buffer.from("an example key of thirty-two byt");
const PREVIOUS_KEY = Buffer.from("another key, twenty-four");
const ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W";

export const SECRET = { label: "current", value: `whsec_${KEY.toString("base64")}` };
const PREVIOUS = { label: "previous", value: `whsec_${PREVIOUS_KEY.toString("base64")}` };

// How a sender that uses the SDK's `Webhook` delivers under `<family>-id`, `-timestamp` and `-signature`.
export function deliverer(family, Webhook) {
  return ({ secret = SECRET, secrets = [secret], body = EVENT, id = ID, at = NOW } = {}) => ({
    secrets,
    headers: [
      [`${family}-id`, id],
      [`${family}-timestamp`, String(at)],
      [`${family}-signature`, new Webhook(secret.value).sign(id, new Date(at * 1000), body)],
    ],
    body,
  });
}

export function casesWithHeaders(family, Webhook) {
  const deliver = deliverer(family, Webhook);
  const genuine = deliver();
  const header = `${family}-signature`;
  const v1 = genuine.headers[2][1];
  const previous = deliver({ secret: PREVIOUS }).headers[2][1];
  const signature = (value) => withHeader(genuine, header, () => value);
  const signed = ({ id = ID, at = String(NOW), body = EVENT }) => `v1,${hmacSha256(KEY, `${id}.${at}.`, body).toString("base64")}`;
  const secret = (value) => ({ ...genuine, secrets: [{ ...SECRET, value }] });

  return [
    accept("plain-json", genuine),
    accept("empty-body", deliver({ body: EMPTY })),
    accept("unicode-body", deliver({ body: UNICODE })),
    accept("large-body", deliver({ body: LARGE })),
    accept("capitalised-header-names", { ...genuine, headers: genuine.headers.map(([name, value]) => [capitalised(name), value]) }),
    accept("secret-without-prefix", secret(KEY.toString("base64"))),
    accept("previous-secret", deliver({ secret: PREVIOUS, secrets: [SECRET, PREVIOUS] })),
    accept("current-secret-listed-last", deliver({ secrets: [PREVIOUS, SECRET] })),
    accept("rotation-known-signature-first", signature(`${v1} ${previous}`)),
    accept("rotation-known-signature-last", signature(`${previous} ${v1}`)),
    accept("malformed-sibling-first", signature(`v1,!!! ${v1}`)),
    accept("malformed-sibling-last", signature(`${v1} v1,`)),
    accept("asymmetric-signature-beside-v1", signature(`v1a,${Buffer.alloc(64, 7).toString("base64")} ${v1}`)),
    accept("unknown-version-beside-v1", signature(`v9,later ${v1}`)),
    accept("oldest-tolerated", deliver({ at: NOW - SECOND_TOLERANCE })),
    accept("sender-clock-half-a-minute-ahead", deliver({ at: NOW + 30 })),
    accept("body-not-utf8", { ...withHeader(genuine, header, () => signed({ body: NOT_UTF8 })), body: NOT_UTF8 }, {
      sdkAccepts: false,
      note: "The bytes are what is signed; the SDK decodes them leniently first.",
    }),

    reject("tampered-body", { ...genuine, body: TAMPERED }),
    reject("body-dropped", { ...genuine, body: EMPTY }),
    reject("wrong-secret", { ...genuine, secrets: [PREVIOUS] }),
    reject("signature-of-another-body", signature(signed({ body: OTHER }))),
    reject("signature-of-another-id", signature(signed({ id: "msg_other" }))),
    reject("signature-of-another-time", signature(signed({ at: String(NOW - 1) }))),
    reject("id-changed", withHeader(genuine, `${family}-id`, () => "msg_other")),
    reject("time-changed", withHeader(genuine, `${family}-timestamp`, () => String(NOW + 1))),
    reject("stale", deliver({ at: NOW - SECOND_TOLERANCE - 1 })),
    reject("an-hour-ahead", deliver({ at: NOW + 3600 })),
    reject("ten-years-ahead", deliver({ at: NOW + 315_360_000 })),
    reject("time-in-milliseconds", withHeader(
      withHeader(genuine, `${family}-timestamp`, () => `${NOW}000`), header, () => signed({ at: `${NOW}000` }),
    )),
    reject("missing-id", withoutHeader(genuine, `${family}-id`)),
    reject("missing-time", withoutHeader(genuine, `${family}-timestamp`)),
    reject("missing-signature", withoutHeader(genuine, header)),
    reject("empty-id", withHeader(withHeader(genuine, `${family}-id`, () => ""), header, () => signed({ id: "" }))),
    reject("empty-signature-header", signature("")),
    reject("empty-signature", signature("v1,")),
    reject("version-alone", signature("v1")),
    reject("truncated-signature", signature(truncated(v1))),
    reject("unpadded-signature", signature(v1.replace(/=+$/, ""))),
    reject("hex-signature", signature(`v1,${Buffer.from(v1.slice(3), "base64").toString("hex")}`)),
    reject("non-canonical-base64", signature(v1.replace(/.=$/, nextInAlphabet))),
    reject("no-version", signature(v1.slice(3))),
    reject("wrong-version", signature(v1.replace("v1,", "v2,"))),
    reject("asymmetric-version", signature(v1.replace("v1,", "v1a,"))),
    reject("upper-case-version", signature(v1.replace("v1,", "V1,"))),
    reject("stripe-style-pair", signature(v1.replace("v1,", "v1="))),
    reject("text-after-signature", signature(`${v1},AAAA`), {
      sdkAccepts: true,
      note: "The SDK drops what follows a second comma; a signature has one spelling.",
    }),
    reject("repeated-header-that-differs", { ...genuine, headers: [...genuine.headers, [header, "v1,AAAA"]] }, {
      sdkAccepts: true,
      note: "Joined by Node, the second line hides behind a comma; lines that differ are refused.",
    }),
    reject("headers-of-another-family", {
      ...genuine,
      headers: genuine.headers.map(([name, value]) => [name.replace(family, "hook"), value]),
    }),
    reject("boundary-shifted-into-the-id", boundaryShifted(deliver), {
      sdkAccepts: true,
      note: "Sent an hour earlier as id `msg_1` with the new time at the head of its body; an id has no `.` in it.",
    }),
    reject("body-not-utf8-decoded-leniently", { ...deliver({ body: REPLACED }), body: NOT_UTF8 }, {
      sdkAccepts: true,
      note: "Signed was the text with U+FFFD; other bytes that decode to the same text are not what was signed.",
    }),
    ...misspelled(
      ({ sent, signed: at }) =>
        withHeader(withHeader(genuine, `${family}-timestamp`, () => sent), header, () => signed({ at })),
      { laxAsNumber: ["plus-sign", "leading-zero", "trailing-letters", "fraction", "exponent"] },
    ),
  ];
}

// `msg_1` . `old` . `new.{..}` and `msg_1.old` . `new` . `{..}` are the same signed bytes.
function boundaryShifted(deliver) {
  const old = NOW - 3600;
  const captured = deliver({ id: "msg_1", at: old, body: Buffer.concat([Buffer.from(`${NOW}.`), EVENT]) });
  const [[idName], [timeName], signature] = captured.headers;
  return { ...captured, headers: [[idName, `msg_1.${old}`], [timeName, String(NOW)], signature], body: EVENT };
}

// The last character of 32 bytes in base64 carries four bits and two zeros; the next one decodes to the same bytes.
function nextInAlphabet(end) {
  return `${String.fromCharCode(end.charCodeAt(0) + 1)}=`;
}

function capitalised(name) {
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}
