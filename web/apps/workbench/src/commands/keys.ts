// Which key means which command.

/** What of a key press decides. */
export type Press = Pick<KeyboardEvent, 'key' | 'code' | 'altKey' | 'ctrlKey' | 'metaKey' | 'isComposing'>;

/** Where it was pressed: in a text, in a dialog or menu, or on the page. */
export type Place = 'text' | 'layer' | 'page';

/** The command key of a press: `menu`, a single key, or null for what belongs to somebody else. */
export function keyOf(press: Press, place: Place, singleKeys: boolean): string | null {
  const { key, code, altKey, ctrlKey, metaKey, isComposing } = press;
  if (isComposing) {
    return null;
  }
  if ((ctrlKey || metaKey) && !altKey && key.toLowerCase() === 'k') {
    return 'menu';
  }
  if (ctrlKey || metaKey || place === 'layer') {
    return null;
  }
  if (altKey) {
    // With Alt some systems make other characters: the key itself counts.
    return /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : null;
  }
  return place === 'page' && singleKeys && key.length === 1 ? key.toLowerCase() : null;
}

/** Where the focus is. */
export function placeOf(target: EventTarget | null): Place {
  const element = target instanceof Element ? target : null;
  if (element?.closest('[role="dialog"], [role="menu"], [role="listbox"]')) {
    return 'layer';
  }
  return element?.closest('input:not([type="radio"], [type="checkbox"]), textarea, select, [contenteditable]')
    ? 'text'
    : 'page';
}
