// The rows of the log: a message that comes is drawn, and those that are there are left alone.

import { still } from '../ui/still.js';
import { Day, Line, NewDivider } from './Line.js';
import { MessageRow } from './MessageRow.js';
import type { ThreadActions } from './MessageRow.js';
import type { Row } from './rows.js';

/** All rows. `over`: the conversation has ended. */
export const Rows = still(function Rows(props: {
  readonly rows: readonly Row[];
  readonly over: boolean;
  readonly actions: ThreadActions;
}) {
  const { rows, over, actions } = props;
  return (
    <>
      {rows.map((row) => {
        switch (row.kind) {
          case 'day':
            return <Day key={row.key} at={row.at} />;
          case 'new':
            return <NewDivider key={row.key} />;
          case 'line':
            return <Line key={row.key} message={row.message} />;
          case 'message':
            return (
              <MessageRow
                key={row.key}
                message={row.message}
                first={row.first}
                last={row.last}
                over={over}
                actions={actions}
              />
            );
        }
      })}
    </>
  );
});
