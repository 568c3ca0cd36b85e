// https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures

import { createHmac } from "node:crypto";

import adyen from "@adyen/api-library";

import { accept, reject, truncated } from "../delivery.mjs";
import { passes } from "../verdict.mjs";

export const provider = "adyen";
export const sdk = "@adyen/api-library";

const CURRENT = { label: "current", value: "44782DEF547AAA06C910C43932B1EB0C71FC68D9D0C057550C48EC2ACF6BA056" };
const PREVIOUS = { label: "previous", value: "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00" };
const ITEM = {
  additionalData: {},
  amount: { value: 1130, currency: "EUR" },
  pspReference: "7914073381342284",
  eventCode: "AUTHORISATION",
  eventDate: "2025-06-15T17:06:40+02:00",
  merchantAccountCode: "TestMerchant",
  operations: ["CANCEL", "CAPTURE", "REFUND"],
  merchantReference: "TestPayment-1407325143704",
  originalReference: "",
  paymentMethod: "visa",
  success: "true",
};

export function accepts({ secret, body }) {
  const validator = new adyen.hmacValidator();
  return passes(() => {
    const items = JSON.parse(body).notificationItems;
    return items.length > 0 && items.every((item) => validator.validateHMAC(item.NotificationRequestItem, secret));
  });
}

function signature(item, { secret = CURRENT, key = Buffer.from(secret.value, "hex"), hash = "sha256", encoding = "base64" } = {}) {
  const { pspReference, originalReference, merchantAccountCode, merchantReference, amount, eventCode, success } = item;
  const signed = [pspReference, originalReference, merchantAccountCode, merchantReference, amount.value, amount.currency, eventCode, success];
  return createHmac(hash, key).update(signed.join(":")).digest(encoding);
}

function post(items, { secrets = [CURRENT] } = {}) {
  const notificationItems = items.map((item) => ({ NotificationRequestItem: item }));
  return {
    secrets,
    headers: [["Content-Type", "application/json"]],
    body: Buffer.from(JSON.stringify({ live: "false", notificationItems })),
  };
}

const under = (hmacSignature, item = ITEM) => ({ ...item, additionalData: { ...item.additionalData, hmacSignature } });
const signed = (item = ITEM, options = {}) => under(signature(item, options), item);
const tampered = (changes) => post([{ ...signed(), ...changes }]);
const REFUND = { ...ITEM, eventCode: "REFUND", originalReference: "7914073381342284", pspReference: "8825408195409505" };
const withoutOriginal = ({ originalReference: _, ...item }) => item;
const text = (change) => ({ ...post([signed()]), body: Buffer.from(change(post([signed()]).body.toString())) });
const moved = (from, to) => post([{ ...signed({ ...ITEM, ...from }), ...to }]);

const CUT_ELSEWHERE = {
  sdkAccepts: true,
  note: "The SDK joins the fields without asking whether one of them contains the separator; only merchantReference may.",
};
const SECOND_ITEM = {
  sdkAccepts: true,
  note: "The SDK is asked for each item by itself. Adyen sends one, and one is all that a verifier can vouch for.",
};
const LAST_NAME_WINS = {
  sdkAccepts: true,
  note: "The SDK is handed what JSON.parse makes of a name that is there twice, which is the last; readers differ in that.",
};

export const cases = [
  accept("genuine", post([signed()])),
  accept("a reference to another payment", post([signed(REFUND)])),
  accept("text in several scripts", post([signed({ ...ITEM, merchantReference: "Zo\u00eb \u2665 \u{1f600} \u65e5\u672c" })])),
  accept("an amount of nothing", post([signed({ ...ITEM, amount: { value: 0, currency: "EUR" } })])),
  accept("a negative amount", post([signed({ ...ITEM, amount: { value: -1130, currency: "EUR" } })])),
  accept("a reference with the separator in it", post([signed({ ...ITEM, merchantReference: "shop:42" })])),
  accept("a value and a success of other types", tampered({ amount: { value: "1130", currency: "EUR" }, success: true })),
  accept("no original reference", post([withoutOriginal(signed())])),
  accept("a field changed that is not signed", tampered({ paymentMethod: "mc" })),
  accept("the new of two keys", post([signed()], { secrets: [CURRENT, PREVIOUS] })),
  accept("the old of two keys", post([signed(ITEM, { secret: PREVIOUS })], { secrets: [CURRENT, PREVIOUS] })),
  accept("a key in lower case", { ...post([signed()]), secrets: [{ ...CURRENT, value: CURRENT.value.toLowerCase() }] }),

  reject("two items, each with its signature", post([signed(), signed(REFUND)]), SECOND_ITEM),
  reject("one item twice", post([signed(), signed()]), SECOND_ITEM),
  reject("the front of a reference moved to the account", moved({ merchantReference: "shop:42" }, { merchantAccountCode: "TestMerchant:shop", merchantReference: "42" }), CUT_ELSEWHERE),
  reject("the end of a reference moved to the value", moved({ merchantReference: "shop:42" }, { merchantReference: "shop", amount: { value: "42:1130", currency: "EUR" } }), CUT_ELSEWHERE),
  reject("the original reference moved to the account", moved({ originalReference: "a" }, { pspReference: `${ITEM.pspReference}:a`, originalReference: "TestMerchant", merchantAccountCode: ITEM.merchantReference.slice(0, 4) })),
  reject("an account with the separator in it", post([signed({ ...ITEM, merchantAccountCode: "Test:Merchant" })]), CUT_ELSEWHERE),
  reject("the value written with a fraction", text((body) => body.replace("1130,", "1130.0,")), {
    sdkAccepts: true,
    note: "The SDK signs the number that JSON.parse makes of it; here a number is signed as it is written.",
  }),
  reject("two pspReferences, the last of them right", text((body) => body.replace('"pspReference"', '"pspReference":"1","pspReference"')), LAST_NAME_WINS),
  reject("two signatures, the last of them right", text((body) => body.replace('"hmacSignature"', '"hmacSignature":"","hmacSignature"')), LAST_NAME_WINS),
  reject("two lists of items, the last of them right", text((body) => body.replace('"notificationItems"', '"notificationItems":[],"notificationItems"')), LAST_NAME_WINS),
  reject("a signature of 44 characters that hold 33 bytes", post([under("A".repeat(44))])),
  reject("a list of signatures", post([under([signature(ITEM)])])),
  reject("an item that is a list", text((body) => body.replace('"NotificationRequestItem":', '"NotificationRequestItem":[').replace("}}]", "}]}]"))),
  reject("another pspReference", tampered({ pspReference: "7914073381342285" })),
  reject("another originalReference", tampered({ originalReference: "7914073381342284" })),
  reject("another merchantAccountCode", tampered({ merchantAccountCode: "OtherMerchant" })),
  reject("another merchantReference", tampered({ merchantReference: "TestPayment-1" })),
  reject("another value", tampered({ amount: { value: 9990, currency: "EUR" } })),
  reject("another currency", tampered({ amount: { value: 1130, currency: "JPY" } })),
  reject("another eventCode", tampered({ eventCode: "REFUND" })),
  reject("another success", tampered({ success: "false" })),
  reject("signed with a key that is no longer valid", post([signed(ITEM, { secret: PREVIOUS })])),
  reject("the key's text as the key", post([signed(ITEM, { key: CURRENT.value })])),
  reject("another algorithm", post([signed(ITEM, { hash: "sha1" })])),
  reject("a signature in hex", post([signed(ITEM, { encoding: "hex" })])),
  reject("no signature", post([ITEM])),
  reject("an empty signature", post([under("")])),
  reject("a signature cut off", post([under(truncated(signature(ITEM)))])),
  reject("a signature of 33 bytes", post([under(Buffer.alloc(33).toString("base64"))])),
  reject("the signature of another item", post([under(signature(REFUND))])),
  reject("two items, and only the first is signed", post([signed(), REFUND])),
  reject("two items, and the second has the signature of the first", post([signed(), under(signature(ITEM), REFUND)])),
  reject("no items", post([])),
  reject("no body", { ...post([]), body: Buffer.alloc(0) }),
  reject("a body that is no JSON", { ...post([]), body: Buffer.from("notificationItems=1") }),
];
