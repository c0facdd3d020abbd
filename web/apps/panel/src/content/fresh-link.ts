// Links to files end after a while; a dead one is renewed once.

import { useEffect, useState } from 'preact/hooks';
import { useVisit } from '../visit/context.js';

/** A link, and what to do when it turns out to be dead. */
export function useFreshLink(url: string): { readonly url: string; renew: () => void } {
  const { client } = useVisit();
  const [current, setCurrent] = useState(url);
  const [renewed, setRenewed] = useState(false);
  useEffect(() => {
    setCurrent(url);
    setRenewed(false);
  }, [url]);
  return {
    url: current,
    renew() {
      // What is shown from memory before it is uploaded cannot be renewed.
      if (!renewed && url && !url.startsWith('blob:')) {
        setRenewed(true);
        client.files.link(url).then(setCurrent, () => undefined);
      }
    },
  };
}
