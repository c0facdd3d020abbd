// A screen as it is seen: its accessibility is checked, and a picture of it is kept where pictures are wanted.

import { test } from '@playwright/test';
import { mkdirSync } from 'node:fs';
import { expectAccessible } from './axe.js';

const shots = process.env.DESKWIRE_SHOTS;

/** Checks the screen that `page` shows; its picture is called `name`, in a folder of the project. */
export async function look(page, name, options = {}) {
  await expectAccessible(page);
  if (shots) {
    const folder = `${shots}/${test.info().project.name}`;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: `${folder}/${name}.png`, ...options });
  }
}
