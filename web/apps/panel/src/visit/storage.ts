// What the panel keeps in the browser, which may refuse.

let works = true;

/** Whether the browser keeps anything at all. */
export const storageWorks = (): boolean => works;

/** Reads, or null. */
export function kept(name: string): string | null {
  try {
    return localStorage.getItem(`deskwire.${name}`);
  } catch {
    works = false;
    return null;
  }
}

/** Keeps a text; an empty one is forgotten. */
export function keep(name: string, text: string): void {
  try {
    if (text) {
      localStorage.setItem(`deskwire.${name}`, text);
    } else {
      localStorage.removeItem(`deskwire.${name}`);
    }
  } catch {
    works = false;
  }
}

/** Forgets everything of ours. */
export function forgetAll(): void {
  try {
    for (const name of Object.keys(localStorage).filter((key) => key.startsWith('deskwire.'))) {
      localStorage.removeItem(name);
    }
  } catch {
    works = false;
  }
}
