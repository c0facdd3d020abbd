// Enter sends, except where it belongs to an input method.

/** What of a keyboard event decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing'>;

/**
 * Whether an input method has the key. `isComposing` says so, except in Safari, where the composition has ended just
 * before: there `which` is 229.
 */
export function isComposed({ isComposing, which }: { isComposing: boolean; which?: number }): boolean {
  return isComposing || which === 229;
}

/** Whether the key sends. */
export function isSendKey(press: KeyPress & { readonly which?: number }): boolean {
  return press.key === 'Enter' && !press.shiftKey && !isComposed(press);
}
