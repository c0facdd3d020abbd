// What the live board shows, from what the server says every few seconds.

import type { ConversationSummary, RoutingState, SeatStatus } from '@deskwire/sdk';
import { desk } from '../desk/client.js';
import { agents, workgroups } from '../desk/organisation.js';
import { waitingSince } from '../desk/waiting.js';

/** How often the board is read, in milliseconds. */
export const READ_MS = 5_000;

/** An agent with what is on its plate. */
export interface Load {
  readonly id: string;
  readonly name: string;
  readonly seat: SeatStatus;
  readonly chatting: number;
  readonly capacity: number;
}

/** Everything at one moment. */
export interface Board {
  readonly conversations: readonly ConversationSummary[];
  readonly loads: readonly Load[];
  readonly groups: readonly { readonly id: string; readonly name: string; readonly state: RoutingState }[];
}

/** Reads the board. @throws ChatError */
export async function readBoard(): Promise<Board> {
  const [conversations, people, groups] = await Promise.all([
    desk.supervision.threads(),
    agents(),
    workgroups(),
  ]);
  const states = await Promise.all(
    groups.map(async ({ uid, nickname }) => ({
      id: uid,
      name: nickname,
      state: await desk.supervision.routing(uid),
    })),
  );
  const candidates = states.flatMap(({ state }) => state.agents);
  const loads = people.map(({ uid, nickname, username, seat, capacity }): Load => {
    const chatting = candidates.find((one) => one.uid === uid)?.chatting;
    const own = ({ owner, status }: ConversationSummary) => owner === uid && status === 'chatting';
    return {
      id: uid,
      name: nickname || username,
      seat,
      chatting: chatting ?? conversations.filter(own).length,
      capacity,
    };
  });
  return { conversations: inOrder(conversations), loads: byLoad(loads), groups: states };
}

/** Who waits first, the longest of them at the top; then the newest. */
export function inOrder(conversations: readonly ConversationSummary[]): readonly ConversationSummary[] {
  const waits = ({ status }: ConversationSummary) => status === 'queuing';
  const since = (row: ConversationSummary) => waitingSince(row) ?? row.createdAt;
  return conversations
    .filter(({ status }) => status !== 'closed')
    .sort((one, other) =>
      waits(one) !== waits(other)
        ? Number(waits(other)) - Number(waits(one))
        : waits(one)
          ? since(one) - since(other)
          : other.lastAt - one.lastAt,
    );
}

/** Who can take visitors first, the fullest of them at the top. */
export function byLoad(loads: readonly Load[]): readonly Load[] {
  const rank = ({ seat }: Load) => ['AVAILABLE', 'BUSY', 'AWAY', 'REST', 'OFFLINE'].indexOf(seat);
  return [...loads].sort((one, other) => rank(one) - rank(other) || other.chatting - one.chatting);
}
