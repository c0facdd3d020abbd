// Enter sends, except where it belongs to an input method.

/** What of a keyboard event decides. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'shiftKey' | 'isComposing' | 'keyCode'>;

/**
 * Whether the key sends. While an input method composes, Enter takes its suggestion: `isComposing` says so, and in
 * Safari, where the composition has ended just before, the key code 229 does.
 */
export function isSendKey({ key, shiftKey, isComposing, keyCode }: KeyPress): boolean {
  return key === 'Enter' && !shiftKey && !isComposing && keyCode !== 229;
}
