// https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
//
// Whose certificate it is, the message says itself. What the receiver fetches from there is the "secret" of a case.

import { sign } from "node:crypto";
import { readFileSync } from "node:fs";
import https from "node:https";
import { createRequire } from "node:module";
import { Readable } from "node:stream";

import { accept, reject, truncated } from "../delivery.mjs";
import { passes } from "../verdict.mjs";

export const provider = "sns";
export const sdk = "sns-validator";

const require = createRequire(import.meta.url);
const pem = (name) => readFileSync(new URL(`../certificates/${name}.pem`, import.meta.url), "utf8");
const CERTIFICATE = { label: "fetched", value: pem("sns") };
const OTHER_CERTIFICATE = { label: "fetched", value: pem("sns-other") };
const KEYS = { 1: "RSA-SHA1", 2: "RSA-SHA256" };
const SIGNED = ["Message", "MessageId", "Subject", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"];
const CERTIFICATE_URL = "https://sns.us-east-1.amazonaws.com/SimpleNotificationService-0000000000000000000000.pem";

// The SDK remembers what it has fetched, so it is loaded anew for each case; `secret` is what it fetches.
export async function accepts({ secret, body }) {
  const module = require.resolve("sns-validator");
  delete require.cache[module];
  const Validator = require(module);
  https.get = (_url, answer) => {
    answer(Object.assign(Readable.from([secret]), { statusCode: 200 }));
    return { on() {} };
  };
  return passes(() => new Promise((resolve, refuse) => {
    new Validator().validate(body.toString(), (error) => (error ? refuse(error) : resolve(true)));
  }));
}

const NOTIFICATION = {
  Type: "Notification",
  MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
  TopicArn: "arn:aws:sns:us-west-2:123456789012:MyTopic",
  Subject: "My First Message",
  Message: "Hello world!",
  Timestamp: "2025-06-15T15:06:40.000Z",
  SignatureVersion: "2",
  SigningCertURL: CERTIFICATE_URL,
  UnsubscribeURL: "https://sns.us-west-2.amazonaws.com/?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-west-2:123456789012:MyTopic:1",
};
const { Subject: _, ...WITHOUT_SUBJECT } = NOTIFICATION;
const CONFIRMATION = {
  ...WITHOUT_SUBJECT,
  Type: "SubscriptionConfirmation",
  Message: "You have chosen to subscribe to the topic.",
  SubscribeURL: "https://sns.us-west-2.amazonaws.com/?Action=ConfirmSubscription&TopicArn=arn:aws:sns:us-west-2:123456789012:MyTopic&Token=2336",
  Token: "2336412f37",
};

// Each field that is there, its name and its value, each with a line break behind it.
function text(message) {
  return SIGNED.filter((name) => name in message && (name !== "Token" || "SubscribeURL" in message))
    .map((name) => `${name}\n${message[name]}\n`)
    .join("");
}

function signature(message, { key = "signer", signed = text(message), encoding = "base64" } = {}) {
  return sign(KEYS[message.SignatureVersion] ?? KEYS[2], Buffer.from(signed), pem(`${key}-key`)).toString(encoding);
}

function post(message, { secrets = [CERTIFICATE] } = {}) {
  return {
    secrets,
    headers: [["Content-Type", "text/plain; charset=UTF-8"], ["x-amz-sns-message-type", String(message.Type)]],
    body: Buffer.from(JSON.stringify(message)),
  };
}

const signed = (message, options) => ({ ...message, Signature: signature(message, options) });
const genuine = post(signed(NOTIFICATION));
const tampered = (changes, message = NOTIFICATION) => post({ ...signed(message), ...changes });
const located = (SigningCertURL) => post(signed({ ...NOTIFICATION, SigningCertURL }));
const without = (name, message = NOTIFICATION) => {
  const { [name]: _, ...others } = signed(message);
  return post(others);
};

export const cases = [
  accept("a notification", genuine),
  accept("a notification without a subject", post(signed(WITHOUT_SUBJECT))),
  accept("a notification of the first version, with SHA-1", post(signed({ ...NOTIFICATION, SignatureVersion: "1" }))),
  accept("a confirmation of a subscription", post(signed(CONFIRMATION))),
  accept("a message in several scripts", post(signed({ ...NOTIFICATION, Message: 'Zo\u00eb \u2665 \u{1f600} "\u65e5\u672c"\n' }))),
  accept("fields in another order", { ...genuine, body: Buffer.from(JSON.stringify(Object.fromEntries(Object.entries(signed(NOTIFICATION)).reverse()))) }),
  accept("a field changed that is not signed", tampered({ UnsubscribeURL: "https://example.com/" })),
  accept("a certificate of a region in China", located("https://sns.cn-north-1.amazonaws.com.cn/SimpleNotificationService-1.pem")),

  reject("another message", tampered({ Message: "Hello word!" })),
  reject("another subject", tampered({ Subject: "My Second Message" })),
  reject("a subject where none was", tampered({ Subject: "" }, WITHOUT_SUBJECT)),
  reject("another message id", tampered({ MessageId: "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf325" })),
  reject("another topic", tampered({ TopicArn: "arn:aws:sns:us-west-2:123456789012:Other" })),
  reject("another time", tampered({ Timestamp: "2025-06-15T15:06:41.000Z" })),
  reject("another type", tampered({ Type: "SubscriptionConfirmation" })),
  reject("another address to confirm", tampered({ SubscribeURL: "https://example.com/" }, CONFIRMATION)),
  reject("another token", tampered({ Token: "2336412f38" }, CONFIRMATION)),
  reject("no subject", without("Subject")),
  reject("no message id", without("MessageId")),
  reject("no signature", without("Signature")),
  reject("no version", without("SignatureVersion")),
  reject("no address of a certificate", without("SigningCertURL")),
  reject("a confirmation without an address", without("SubscribeURL", CONFIRMATION)),
  reject("an empty signature", tampered({ Signature: "" })),
  reject("a signature cut off", tampered({ Signature: truncated(truncated(signature(NOTIFICATION))) })),
  reject("a signature in hex", tampered({ Signature: signature(NOTIFICATION, { encoding: "hex" }) })),
  reject("the signature of another message", tampered({ Signature: signature(CONFIRMATION) })),
  reject("fields joined without line breaks", tampered({ Signature: signature(NOTIFICATION, { signed: text(NOTIFICATION).replaceAll("\n", "") }) })),
  reject("signed with another key", post(signed(NOTIFICATION, { key: "impostor" }))),
  reject("another certificate", post(signed(NOTIFICATION), { secrets: [OTHER_CERTIFICATE] })),
  reject("SHA-1 under the second version", tampered({ Signature: signature({ ...NOTIFICATION, SignatureVersion: "1" }) })),
  reject("a version that there is not", post(signed({ ...NOTIFICATION, SignatureVersion: "3" }))),
  reject("a version that is a number", post(signed({ ...NOTIFICATION, SignatureVersion: 2 }))),
  reject("a certificate from another host", located("https://example.com/SimpleNotificationService-1.pem")),
  reject("a certificate from a host that ends the same", located("https://sns.us-east-1.amazonaws.com.example.com/a.pem")),
  reject("a certificate from a host that begins otherwise", located("https://my-sns.us-east-1.amazonaws.com/a.pem")),
  reject("a certificate from another service", located("https://s3.us-east-1.amazonaws.com/sns.us-east-1.amazonaws.com/a.pem")),
  reject("a certificate with the host as a user", located("https://sns.us-east-1.amazonaws.com@example.com/a.pem")),
  reject("a certificate over http", located("http://sns.us-east-1.amazonaws.com/a.pem")),
  reject("a certificate from another port", located("https://sns.us-east-1.amazonaws.com:8443/a.pem")),
  reject("a certificate that is called otherwise", located("https://sns.us-east-1.amazonaws.com/a.txt")),
  reject("no body", { ...genuine, body: Buffer.alloc(0) }),
  reject("a body that is no JSON", { ...genuine, body: Buffer.from("Message=1") }),
];
