// Components that are not needed for the first message: they come in one further file, soon after the first screen.

import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** A component that is loaded when it is drawn for the first time; nothing is in its place until then. */
export function later<P extends object>(load: () => Promise<FunctionComponent<P>>): FunctionComponent<P> {
  let Loaded: FunctionComponent<P> | undefined;
  return function Later(props) {
    const [, redraw] = useState({});
    useEffect(() => {
      if (!Loaded) {
        void load().then((component) => {
          Loaded = component;
          redraw({});
        });
      }
    }, []);
    return Loaded ? <Loaded {...props} /> : null;
  };
}
