// @vitest-environment happy-dom

import { render } from 'preact';
import type { FunctionComponent } from 'preact';
import { expect, it, vi } from 'vitest';
import { later } from '../src/ui/later.js';

it('draws all that wait for a file, also what is drawn while it comes', async () => {
  let come: (part: FunctionComponent) => void = () => undefined;
  const file = new Promise<FunctionComponent>((resolve) => (come = resolve));
  const load = vi.fn(() => file);
  const Part = later(load);
  const place = document.createElement('div');
  render([<Part key="first" />], place);
  await vi.waitFor(() => expect(load).toHaveBeenCalled());
  come(() => 'here ');
  render([<Part key="first" />, <Part key="second" />], place);
  await vi.waitFor(() => expect(place.textContent).toBe('here here '));
});
