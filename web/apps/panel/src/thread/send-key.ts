// Enter sends, except where it belongs to an input method.

/** What of a keyboard event decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing'>;

/**
 * Whether the key sends. While an input method composes, Enter takes its suggestion. `isComposing` says so, except in
 * Safari, where the composition has ended just before: there `which` is 229.
 */
export function isSendKey(press: KeyPress & { readonly which?: number }): boolean {
  const { key, shiftKey, isComposing, which } = press;
  return key === 'Enter' && !shiftKey && !isComposing && which !== 229;
}
