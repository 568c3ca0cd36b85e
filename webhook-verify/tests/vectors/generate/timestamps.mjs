// Spellings of a time that are not the one the provider sends, though some number readers take them for it.

import { NOW, reject } from "./delivery.mjs";

const SPELLINGS = {
  "plus-sign": (digits) => `+${digits}`,
  "minus-sign": (digits) => `-${digits}`,
  "leading-zero": (digits) => `0${digits}`,
  "trailing-letters": (digits) => `${digits}abc`,
  fraction: (digits) => `${digits}.0`,
  exponent: (digits) => `${digits}e0`,
  hexadecimal: (digits) => `0x${Number(digits).toString(16)}`,
  underscores: (digits) => `${digits.slice(0, 1)}_${digits.slice(1)}`,
  "inner-space": (digits) => `${digits.slice(0, 4)} ${digits.slice(4)}`,
  "too-short": (digits) => digits.slice(0, -1),
  "i64-minimum": () => "-9223372036854775808",
  empty: () => "",
  word: () => "now",
};

// Two cases a spelling: signed as spelled, which only the syntax can refuse, and signed as the number it stands for,
// which is what an SDK checks that formats the number it has read. `laxAs..` name the spellings the SDK falls for.
export function misspelled(deliver, { digits = String(NOW), laxAsSpelled = [], laxAsNumber = [] } = {}) {
  return Object.entries(SPELLINGS).flatMap(([name, spell]) => {
    const sent = spell(digits);
    return [
      reject(`timestamp-${name}`, deliver({ sent, signed: sent }), remarks(laxAsSpelled.includes(name))),
      reject(`timestamp-${name}-signed-as-number`, deliver({ sent, signed: digits }), remarks(laxAsNumber.includes(name))),
    ];
  });
}

function remarks(lax) {
  return lax
    ? { sdkAccepts: true, note: "The SDK reads the time leniently; a time has one spelling, and it is the text that is signed." }
    : {};
}
