// Components that stay as they are while nothing of them changes.

import { Component } from 'preact';
import type { FunctionComponent } from 'preact';

/** `Draw`, drawn again only when one of its properties is another object. */
export function still<P extends object>(Draw: FunctionComponent<P>) {
  return class Still extends Component<P> {
    override shouldComponentUpdate(next: Readonly<P>): boolean {
      for (const key in next) {
        if (next[key as keyof P] !== (this.props as Readonly<P>)[key as keyof P]) {
          return true;
        }
      }
      return false;
    }

    override render(props: P) {
      return <Draw {...props} />;
    }
  };
}
