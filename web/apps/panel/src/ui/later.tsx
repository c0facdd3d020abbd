// Components that are not needed for the first message: they come in one further file, soon after the first screen.

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** How long to wait before a file that did not come is asked for again, in milliseconds. */
const AGAIN_MS = 2000;

/** A component that is loaded when it is drawn for the first time; nothing is in its place until then. */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let Loaded: FunctionComponent<P> | undefined;
  return function Later(props) {
    const [, redraw] = useState({});
    // Another one may have been first to load it between this drawing and its effect: then this one still stands empty.
    const missing = !Loaded;
    useEffect(() => {
      let timer = 0;
      const attempt = () => {
        load().then(
          (component) => {
            Loaded = component;
            redraw({});
          },
          () => {
            timer = window.setTimeout(attempt, AGAIN_MS);
          },
        );
      };
      if (missing) {
        attempt();
      }
      return () => clearTimeout(timer);
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
