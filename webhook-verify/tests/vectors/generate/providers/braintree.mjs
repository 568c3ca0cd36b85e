// https://developer.paypal.com/braintree/docs/guides/webhooks/parse/node

import { createHash, createHmac } from "node:crypto";

import braintree from "braintree";

import { accept, reject, truncated } from "../delivery.mjs";
import { passes } from "../verdict.mjs";

export const provider = "braintree";
export const sdk = "braintree";

const PUBLIC_KEY = "integration_public_key";
const receiver = { public_key: PUBLIC_KEY };
const CURRENT = { label: "current", value: "integration_private_key" };
const PREVIOUS = { label: "previous", value: "integration_private_key_of_last_month" };
const xml = (kind) => `<notification><kind>${kind}</kind><timestamp type="datetime">2025-06-15T15:06:40Z</timestamp><subject><check type="boolean">true</check></subject></notification>`;
// As Ruby's `Base64.encode64` writes it: lines of 60 characters, and a line break at the end.
const lines = (text) => Buffer.from(text).toString("base64").replace(/.{1,60}/g, "$&\n");
const CHECK = lines(xml("check"));
const OTHER = lines(xml("disbursement"));

export function accepts({ secret, body, receiver }) {
  const form = new URLSearchParams(body.toString());
  const gateway = new braintree.BraintreeGateway({
    environment: braintree.Environment.Sandbox,
    merchantId: "integration_merchant_id",
    publicKey: receiver.public_key,
    privateKey: secret,
  });
  return passes(() => gateway.webhookNotification.parse(form.get("bt_signature"), form.get("bt_payload")));
}

function mac(payload, { secret = CURRENT, key = createHash("sha1").update(secret.value).digest(), hash = "sha1", encoding = "hex" } = {}) {
  return createHmac(hash, key).update(payload).digest(encoding);
}

function post(signature, payload, { secrets = [CURRENT] } = {}) {
  const fields = Object.entries({ bt_signature: signature, bt_payload: payload }).filter(([, value]) => value !== undefined);
  return {
    secrets, receiver,
    headers: [["Content-Type", "application/x-www-form-urlencoded"]],
    body: Buffer.from(new URLSearchParams(fields).toString()),
  };
}

const ours = `${PUBLIC_KEY}|${mac(CHECK)}`;
const signed = (payload, options = {}) => post(`${PUBLIC_KEY}|${mac(payload, options)}`, payload, options);
const beside = (delivery, fields) => ({ ...delivery, body: Buffer.from(delivery.body.toString() + fields) });

const NAME_UNREAD = {
  sdkAccepts: false,
  note: "The SDK takes the signature that is said to be its own key's. Here each is compared with every key, and what it is said to be does not count.",
};
const FIRST_FIELD_WINS = {
  sdkAccepts: true,
  note: "The SDK is handed the first of two fields with one name; readers differ in which they take.",
};

export const cases = [
  accept("genuine", signed(CHECK)),
  accept("the pair of another key in front of ours", post(`other_key|${mac(OTHER)}&${ours}`, CHECK)),
  accept("the pair of another key behind ours", post(`${ours}&other_key|${mac(OTHER)}`, CHECK)),
  accept("another key's name", post(`other_key|${mac(CHECK)}`, CHECK), NAME_UNREAD),
  accept("our key's name in other letters", post(ours.toUpperCase(), CHECK), NAME_UNREAD),
  accept("a payload with a character beyond Base64", signed(`${CHECK}!`), {
    sdkAccepts: false,
    note: "The SDK looks at the payload before it verifies it. What is genuine is for whoever reads it to look at.",
  }),
  accept("other fields beside the two", beside(signed(CHECK), "&kind=check&kind=other")),
  accept("a payload on one line", signed(CHECK.replaceAll("\n", ""))),
  accept("the new of two keys", { ...signed(CHECK), secrets: [CURRENT, PREVIOUS] }),
  accept("the old of two keys", signed(CHECK, { secret: PREVIOUS, secrets: [CURRENT, PREVIOUS] })),

  reject("the line break at the end lost on the way", post(ours, CHECK.slice(0, -1)), {
    sdkAccepts: true,
    note: "The SDK also tries with a line break, because frameworks trim what they hand to it. Here the form is read as it was sent.",
  }),
  reject("the answer to a challenge of 32 digits", signed("20f9f8ed05f77439fe955c977e4c8a53")),
  reject("the answer to a challenge, as XML in Base64 is no shorter", signed("20f9f8ed05f77439fe95")),
  reject("two payloads, the first of them right", beside(signed(CHECK), `&bt_payload=${encodeURIComponent(OTHER)}`), FIRST_FIELD_WINS),
  reject("two signatures, the first of them right", beside(signed(CHECK), "&bt_signature=x"), FIRST_FIELD_WINS),
  reject("the fields in JSON", { ...signed(CHECK), body: Buffer.from(JSON.stringify({ bt_signature: ours, bt_payload: CHECK })) }),
  reject("another payload", post(ours, OTHER)),
  reject("a payload without its line breaks", post(ours, CHECK.replaceAll("\n", ""))),
  reject("no payload", post(ours, undefined)),
  reject("an empty payload", signed("")),
  reject("no signature", post(undefined, CHECK)),
  reject("an empty signature", post("", CHECK)),
  reject("our key's name without a signature", post(`${PUBLIC_KEY}|`, CHECK)),
  reject("a signature without a key's name", post(mac(CHECK), CHECK)),
  reject("signed with a key that is no longer valid", signed(CHECK, { secret: PREVIOUS, secrets: [CURRENT] })),
  reject("the private key itself as the key", signed(CHECK, { key: CURRENT.value })),
  reject("another algorithm", signed(CHECK, { hash: "sha256" })),
  reject("a signature in another encoding", signed(CHECK, { encoding: "base64" })),
  reject("a signature cut off", post(truncated(ours), CHECK)),
  reject("a signature with a byte more", post(`${ours}00`, CHECK)),
  reject("a signature of zeros", post(`${PUBLIC_KEY}|${"0".repeat(40)}`, CHECK)),
  reject("a signature with a NUL behind it", post(`${ours}\0`, CHECK), {
    sdkAccepts: true,
    note: "The SDK takes a missing character and one whose code is zero for the same.",
  }),
  reject("text behind the signature", post(`${ours}|00`, CHECK), {
    sdkAccepts: true,
    note: "The SDK drops what follows a second bar; a signature has one spelling.",
  }),
];
