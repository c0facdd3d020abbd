// The thin calls of the desk: one request each.

import type { Api } from '@deskwire/api';
import { untilReadable } from '../store/loading.js';
import { lastOf, toSummary } from '../store/summary.js';
import { seenBy, toChatMessage } from '../store/project.js';
import type {
  CannedReplies,
  ChatMessage,
  ConversationSummary,
  Http,
  LeftMessages,
  Page,
  QueryValues,
  Receiver,
  ReportQuery,
  ReportRow,
  Supervision,
} from '../types.js';
import { list, object, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { toCannedReply, toLeftMessage, toPage } from './answers.js';

const LEFT = '/api/v1/message/leave';
const CANNED = '/api/v1/quickreply';

/** The inbox of left messages. */
export function leftMessages(api: Api): LeftMessages {
  return {
    list: async ({ status, page, size } = {}) =>
      toPage(
        await api.get(`${LEFT}/query`, {
          status: status && `LEAVE_MSG_${status}`,
          pageNumber: page,
          pageSize: size,
        }),
        toLeftMessage,
      ),
    pending: () => api.get(`${LEFT}/count/pending`),
    read: (uid) => api.post(`${LEFT}/read`, { uid }).then(toLeftMessage),
    reply: (uid, reply) => api.post(`${LEFT}/reply`, { uid, reply }).then(toLeftMessage),
    transfer: (uid, receiverUid) => api.post(`${LEFT}/transfer`, { uid, receiverUid }).then(toLeftMessage),
    close: (uid) => api.post(`${LEFT}/close`, { uid }).then(toLeftMessage),
    spam: (uid) => api.post(`${LEFT}/spam`, { uid }).then(toLeftMessage),
  };
}

/** What is kept ready to be said. */
export function cannedReplies(api: Api): CannedReplies {
  return {
    async list() {
      const found = await api.get(`${CANNED}/query`, { pageSize: 100 });
      return (Array.isArray(found) ? found : list(object(found)['content'])).map((row) =>
        toCannedReply(object(row)),
      );
    },
    async save({ uid, shortcut, title, text: content, scope: level }) {
      return toCannedReply(
        await (uid === undefined
          ? api.post(`${CANNED}/create`, { shortcut, title, content, level })
          : api.post(`${CANNED}/update`, { uid, shortcut, title, content })),
      );
    },
    remove: (uid) => done(api.post(`${CANNED}/delete`, { uid })),
  };
}

/** What supervisors do. */
export function supervision(http: Http): Supervision {
  const api: Api = http;
  return {
    threads: (status) =>
      allPages(http, '/api/v1/thread/query/org', {
        status: status === 'robot' ? 'ROBOTING' : status?.toUpperCase(),
      }),
    takeOver: (topic) => done(api.post('/api/v1/thread/takeover', { topic })),
    watch: (topic, on) => done(api.post(`/api/v1/thread/${on ? 'watch' : 'unwatch'}`, { topic })),
    async report(query) {
      const found = await api.get('/api/v1/report/service', reportQuery(query));
      return (Array.isArray(found) ? found : list(object(found)['rows'])) as ReportRow[];
    },
    reportCsv: async (query) => (await http.raw('/api/v1/report/service.csv', reportQuery(query))).blob(),
    routing: (uid) => api.get('/api/v1/workgroup/routing/state', { uid }),
  };
}

/** Nothing of the answer matters but that there is one. */
async function done(request: Promise<unknown>): Promise<void> {
  await request;
}

function reportQuery({ groupBy, ...query }: ReportQuery): QueryValues {
  return { ...query, groupBy: groupBy?.join(',') };
}

/** All rows of a list of conversations; of very long ones the newest 500. */
export async function allPages(
  http: Http,
  path: string,
  query: QueryValues = {},
): Promise<ConversationSummary[]> {
  return (await allRows(http, path, query)).map(toSummary);
}

/** The same, as the server writes them. */
export async function allRows(http: Http, path: string, query: QueryValues = {}): Promise<JsonObject[]> {
  const rows: JsonObject[] = [];
  for (let pageNumber = 0; pageNumber < 5; pageNumber += 1) {
    const page: Page<JsonObject> = toPage(
      await http.get(path, { ...query, pageNumber, pageSize: 100 }),
      (row) => row,
    );
    rows.push(...page.rows);
    if (page.last) {
      break;
    }
  }
  await untilReadable(rows.map(lastOf));
  return rows;
}

/** Asks for something about a conversation; the message that it has become. */
export async function ask(http: Http, what: string, me: string, body: object): Promise<ChatMessage> {
  const made = await http.post<WireMessage>(`/api/v1/thread/${what}`, body);
  await untilReadable([made]);
  return toChatMessage(made, seenBy(me));
}

/** Whom something is passed on to, on the wire. */
export function toReceiver(to: Receiver): object {
  return 'agent' in to ? { agentUid: to.agent, receiver: { uid: to.agent } } : { workgroupUid: to.workgroup };
}
