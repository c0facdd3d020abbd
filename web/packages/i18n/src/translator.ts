// Texts by key. The Chinese dictionary says which keys and placeholders there are; the others must have the same.

/** The languages of the product. */
export type Locale = 'zh-CN' | 'en';

/** All languages, the first one is what is used when nothing else fits. */
export const locales: readonly Locale[] = ['en', 'zh-CN'];

/** A text, or two by the number `count`: Chinese needs only `other`. */
export type Text = string | { readonly one?: string; readonly other: string };

/** The texts of one language. */
export type Dictionary = Readonly<Record<string, Text>>;

/** The texts of another language for the same keys. */
export type Translation<D extends Dictionary> = { readonly [Key in keyof D]: Text };

type Placeholders<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholders<Rest> : never;
type NamesIn<T extends Text> = T extends string
  ? Placeholders<T>
  : T extends { readonly other: infer Other }
    ? Placeholders<Other> | 'count'
    : never;
type Arguments<T extends Text> = [NamesIn<T>] extends [never]
  ? []
  : [values: Readonly<Record<NamesIn<T>, string | number>>];

/** Gives the text of a key with its placeholders filled in. */
export type Translate<D extends Dictionary> = <Key extends keyof D>(
  key: Key,
  ...values: Arguments<D[Key]>
) => string;

/** Makes `t` for a language. `zh` has to be written `as const`, so that its placeholders are known to the compiler. */
export function createTranslator<const D extends Dictionary>(
  dictionaries: { readonly 'zh-CN': D; readonly en: Translation<D> },
  locale: Locale,
): Translate<D> {
  const texts: Readonly<Record<string, Text>> = dictionaries[locale];
  return (key, ...values) => {
    const filled: Readonly<Record<string, string | number>> = values[0] ?? {};
    return fill(choose(texts[key as string], locale, filled['count']), filled);
  };
}

/** The language that fits what a page or a browser asks for, as `zh-TW` or `en-GB`. */
export function chooseLocale(wanted: readonly string[]): Locale {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split('-')[0];
    const found = locales.find((locale) => locale.split('-')[0] === language);
    if (found) {
      return found;
    }
  }
  return 'en';
}

function choose(text: Text | undefined, locale: Locale, count: string | number | undefined): string {
  if (text === undefined || typeof text === 'string') {
    return text ?? '';
  }
  const isOne = new Intl.PluralRules(locale).select(Number(count)) === 'one';
  return isOne ? (text.one ?? text.other) : text.other;
}

function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
