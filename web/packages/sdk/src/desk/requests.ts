// The thin calls of the desk: one request each.

import { toSummary } from '../store/summary.js';
import { toChatMessage } from '../store/project.js';
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
  RoutingState,
  Supervision,
} from '../types.js';
import { list, object, type JsonObject } from '../wire/json.js';
import type { WireMessage } from '../wire/message.js';
import { toWire } from '../wire/outgoing.js';
import { toCannedReply, toLeftMessage, toPage } from './answers.js';

const LEFT = '/api/v1/message/leave';

/** The inbox of left messages. */
export function leftMessages(http: Http): LeftMessages {
  const change = async (what: string, body: object) =>
    toLeftMessage(await http.post<JsonObject>(`${LEFT}/${what}`, body));
  return {
    list: async ({ status, page, size } = {}) =>
      toPage(
        await http.get(`${LEFT}/query`, {
          status: status && `LEAVE_MSG_${status}`,
          pageNumber: page,
          pageSize: size,
        }),
        toLeftMessage,
      ),
    pending: () => http.get(`${LEFT}/count/pending`),
    read: (uid) => change('read', { uid }),
    reply: (uid, reply) => change('reply', { uid, reply }),
    transfer: (uid, receiverUid) => change('transfer', { uid, receiverUid }),
    close: (uid) => change('close', { uid }),
    spam: (uid) => change('spam', { uid }),
  };
}

/** What is kept ready to be said. */
export function cannedReplies(http: Http): CannedReplies {
  const path = '/api/v1/quickreply';
  return {
    async list(workgroupUid) {
      const query = { pageSize: 100, workgroupUid };
      const page = toPage(await http.get<JsonObject>(`${path}/query`, query), toCannedReply);
      return page.rows;
    },
    async save({ uid, shortcut, title, content: said, scope: level, workgroup: workgroupUid }) {
      const { wireType: type, content } = toWire(said);
      const body = { uid, shortcut, title, type, content, level, workgroupUid };
      return toCannedReply(
        await http.post<JsonObject>(`${path}/${uid === undefined ? 'create' : 'update'}`, body),
      );
    },
    remove: (uid) => http.post(`${path}/delete`, { uid }),
  };
}

/** What supervisors do. */
export function supervision(http: Http): Supervision {
  return {
    threads: (status) =>
      allPages(http, '/api/v1/thread/query/org', {
        status: status === 'robot' ? 'ROBOTING' : status?.toUpperCase(),
      }),
    closed: async (page) => {
      const query = { status: 'CLOSED', pageNumber: page, pageSize: 30 };
      return toPage(await http.get<JsonObject>('/api/v1/thread/query/org', query), toSummary);
    },
    takeOver: (topic) => http.post('/api/v1/thread/takeover', { topic }),
    watch: (topic, on) => http.post(`/api/v1/thread/${on ? 'watch' : 'unwatch'}`, { topic }),
    async report(query) {
      const found = await http.get<unknown>('/api/v1/report/service', reportQuery(query));
      return (Array.isArray(found) ? found : list(object(found)['rows'])) as ReportRow[];
    },
    reportCsv: async (query) => (await http.raw('/api/v1/report/service.csv', reportQuery(query))).blob(),
    routing: (uid) => http.get<RoutingState>('/api/v1/workgroup/routing/state', { uid }),
  };
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
  return rows;
}

/** Asks for something about a conversation; the message that it has become. */
export async function ask(http: Http, what: string, me: string, body: object): Promise<ChatMessage> {
  const made = await http.post<WireMessage>(`/api/v1/thread/${what}`, body);
  return toChatMessage(made, { me, othersRead: 0, othersDelivered: 0 });
}

/** Whom something is passed on to, on the wire. */
export function toReceiver(to: Receiver): object {
  return 'agent' in to ? { agentUid: to.agent, receiver: { uid: to.agent } } : { workgroupUid: to.workgroup };
}
