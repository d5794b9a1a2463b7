// Texts of the panel in the reader's language, with values and plurals filled in.

import cs from "../../locales/cs.json";
import en from "../../locales/en.json";
import type { Said } from "../contract";
import { ianaZone } from "../zones";

export type TextKey = keyof typeof cs;
const TABLES: Readonly<Record<"cs" | "en", Readonly<Record<string, string>>>> = { cs, en };

export class Words {
  private readonly plurals: Intl.PluralRules;

  constructor(
    readonly language: "cs" | "en",
    private readonly timeZone: string,
  ) {
    this.plurals = new Intl.PluralRules(this.locale);
  }

  get locale(): string {
    return this.language === "cs" ? "cs-CZ" : "en-GB";
  }

  text(key: TextKey, values: Readonly<Record<string, string | number>> = {}): string {
    return (TABLES[this.language][key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  }

  /** A text with a number in it: `results.one`, `results.few`, `results.many`, `results.other`. */
  count(key: "results", count: number): string {
    const form = `${key}.${this.plurals.select(count)}` as TextKey;
    const other = `${key}.other` as TextKey;
    return this.text(form in cs ? form : other, { count });
  }

  /** A sentence that the server said. */
  said(sentence: Said): string {
    return this.language === "cs" ? sentence.text_cs : sentence.text_en;
  }

  /** A moment as people say it, in the mailbox's time zone. */
  moment(instant: string): string {
    const at = new Date(instant);
    const day: Intl.DateTimeFormatOptions = { day: "numeric", month: "numeric" };
    const time: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
    const timeZone = ianaZone(this.timeZone);
    const zone = timeZone === null ? {} : { timeZone };
    const told = (when: Date, parts: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(this.locale, { ...parts, ...zone }).format(when);
    const now = new Date();
    const whole = { ...day, year: "numeric" } as const;
    const isToday = told(at, whole) === told(now, whole);
    const isThisYear = told(at, { year: "numeric" }) === told(now, { year: "numeric" });
    return told(at, { ...(isToday ? {} : isThisYear ? day : whole), ...time });
  }
}
