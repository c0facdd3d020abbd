// A small surface above a button: menus and the emoji picker.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

/** Moves the focus among the buttons inside with the arrow keys; `columns` of them stand in a row. */
export function moveFocus(event: KeyboardEvent, inside: HTMLElement, columns = 1): void {
  const steps: Readonly<Record<string, number>> = {
    ArrowDown: columns,
    ArrowUp: -columns,
    ...(columns > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
  };
  const buttons = [...inside.querySelectorAll<HTMLElement>('button:not([disabled]), a[href]')];
  const at = buttons.indexOf(document.activeElement as HTMLElement);
  const step = steps[event.key];
  const next =
    event.key === 'Home'
      ? 0
      : event.key === 'End'
        ? buttons.length - 1
        : step === undefined
          ? null
          : at + step;
  if (next !== null) {
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, next))]?.focus();
  }
}

/** Closes on Escape, on a click elsewhere, and when the focus goes elsewhere; the focus goes back where it was. */
export function Popover(props: {
  label: string;
  class?: string;
  role?: 'menu' | 'dialog';
  columns?: number;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDivElement>(null);
  const close = useRef(props.onClose);
  close.current = props.onClose;
  useEffect(() => {
    const before = document.activeElement;
    const box = element.current;
    box?.querySelector<HTMLElement>('button, a[href]')?.focus();
    const elsewhere = ({ target }: Event) => {
      if (target instanceof Node && !box?.contains(target) && !before?.contains(target)) {
        close.current();
      }
    };
    document.addEventListener('pointerdown', elsewhere);
    return () => {
      document.removeEventListener('pointerdown', elsewhere);
      if (
        before instanceof HTMLElement &&
        (!document.activeElement || document.activeElement === document.body)
      ) {
        before.focus();
      }
    };
  }, []);
  return (
    <div
      ref={element}
      class={props.class ?? 'menu'}
      role={props.role ?? 'menu'}
      aria-label={props.label}
      onKeyDown={(event) => {
        if (event.key === 'Escape' || event.key === 'Tab') {
          event.stopPropagation();
          props.onClose();
        } else {
          moveFocus(event, event.currentTarget, props.columns);
        }
      }}
    >
      {props.children}
    </div>
  );
}
