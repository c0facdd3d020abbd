// Moving about without a mouse.

import { expect } from '@playwright/test';

/** Presses Tab until the focus is on what `locator` finds, in whatever frame that is; fails after many. */
export async function tabTo(page, locator, key = 'Tab') {
  for (let presses = 0; presses < 60; presses += 1) {
    if (
      await locator.evaluate((element) => element === element.getRootNode().activeElement).catch(() => false)
    ) {
      return;
    }
    await page.keyboard.press(key);
  }
  await expect(locator).toBeFocused();
}
