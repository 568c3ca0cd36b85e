// What the cases of all providers are made of: bodies, times, and how a case is written down.

import { createHmac } from "node:crypto";

export const NOW = 1_750_000_000;
export const SECOND_TOLERANCE = 300;

export const EVENT = Buffer.from('{"data":{"amount":1999,"currency":"eur"},"id":"evt_1","type":"invoice.paid"}');
export const TAMPERED = Buffer.from('{"data":{"amount":9991,"currency":"eur"},"id":"evt_1","type":"invoice.paid"}');
export const OTHER = Buffer.from('{"id":"evt_2","type":"invoice.voided"}');
export const EMPTY = Buffer.alloc(0);
export const UNICODE = Buffer.from('{"id":"evt_3","name":"Zo\u00eb \u2665 \u{1f600} \u65e5\u672c","type":"customer.renamed"}');
export const LARGE = Buffer.from(JSON.stringify({ id: "evt_4", lines: Array.from({ length: 320 }, (_, line) => `line ${line} of the invoice`) }));

// A JSON text with a byte in it that is no UTF-8, and the text that decoding it leniently makes of it.
export const NOT_UTF8 = Buffer.from('{"id":"evt_5","raw":"\xff"}', "latin1");
export const REPLACED = Buffer.from(NOT_UTF8.toString("utf8"));

export function accept(name, delivery, remarks = {}) {
  return { name, accept: true, now: NOW, ...delivery, ...remarks };
}

export function reject(name, delivery, remarks = {}) {
  return { name, accept: false, now: NOW, ...delivery, ...remarks };
}

export function hmacSha256(key, ...parts) {
  const mac = createHmac("sha256", key);
  for (const part of parts) {
    mac.update(part);
  }
  return mac.digest();
}

// Cuts the end off a text signature, by as much as leaves a whole number of bytes in hex.
export function truncated(signature) {
  return signature.slice(0, -2);
}

// Replaces the value of one header.
export function withHeader(delivery, name, change) {
  const headers = delivery.headers.map(([key, value]) => [key, key.toLowerCase() === name ? change(value) : value]);
  return { ...delivery, headers };
}

export function withoutHeader(delivery, name) {
  return { ...delivery, headers: delivery.headers.filter(([key]) => key.toLowerCase() !== name) };
}

// A vector on one line of ASCII.
export function asciiJson(vector) {
  const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(vector).replace(/[^\x20-\x7e]/g, escaped);
}
