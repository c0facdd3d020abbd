// What the server answers to those who run it. Times are milliseconds since 1970.

/** Percentiles in milliseconds; null where nothing was measured. */
export interface Percentiles {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
}

/** A point of the course, two seconds behind the one before. */
export interface CoursePoint {
  readonly at: number;
  readonly received: number;
  readonly sent: number;
  readonly connections: number;
  readonly storedP95: number | null;
  readonly deliveredP50: number | null;
  readonly deliveredP95: number | null;
  readonly memoryBytes: number | null;
}

/** How the server is. */
export interface Overview {
  readonly version: string;
  readonly at: number;
  readonly startedAt: number;
  readonly store: { readonly kind: string; readonly fileBytes: number; readonly logBytes: number };
  readonly connections: {
    readonly total: number;
    readonly sockets: number;
    readonly most: number;
    readonly byKind: readonly {
      readonly protocol: string;
      readonly transport: string;
      readonly count: number;
    }[];
  };
  readonly rates: { readonly received: number; readonly sent: number };
  readonly latency: {
    readonly windowMs: number;
    readonly commit: Percentiles;
    readonly stored: Percentiles;
    readonly delivered: Percentiles;
  };
  readonly queues: {
    readonly commits: number;
    readonly mostCommits: number;
    readonly workQueues: number;
    readonly queuedMessages: number;
    readonly mailboxMessages: number;
    readonly mqttSessions: number;
    readonly retainedMessages: number;
  };
  readonly memoryBytes: number | null;
  readonly limits: readonly {
    readonly limit: string;
    readonly total: number;
    readonly lastMinute: number;
  }[];
  readonly outboxOverflows: number;
  readonly points: readonly CoursePoint[];
}

/** How a node is, as it says itself. */
export interface Standing {
  readonly version: string;
  readonly readiness: 'READY' | 'UNREADY' | 'DRAINING';
  readonly connections: number;
  readonly byProtocol: readonly { readonly protocol: string; readonly count: number }[];
  readonly bus: 'ALONE' | 'UP' | 'DOWN';
  readonly lagP95Ms: number | null;
  readonly store: { readonly kind: string; readonly up: boolean; readonly writeMs: number };
}

/** A node of the cluster. */
export interface ClusterNode {
  readonly name: string;
  readonly id?: string;
  readonly since: number;
  readonly heardMs?: number;
  readonly missing: boolean;
  readonly standing: Standing | null;
}

/** All of them, the one that answers first. */
export interface Nodes {
  readonly bus: 'ALONE' | 'UP' | 'DOWN';
  readonly nodes: readonly ClusterNode[];
}

/** A connection. */
export interface ConnectionRow {
  readonly connection: number;
  readonly node: string;
  readonly sessionId: string | null;
  readonly user: string | null;
  readonly role: string | null;
  readonly protocol: string;
  readonly transport: string;
  readonly tls: boolean;
  readonly address: string | null;
  readonly since: number;
  readonly answered: boolean;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  readonly subscriptions: readonly { readonly id: string | null; readonly topic: string }[];
}

/** Some of them, the newest first. */
export interface ConnectionPage {
  readonly content: readonly ConnectionRow[];
  readonly total: number;
  readonly next?: number;
  /** Nodes that have not answered. */
  readonly unanswered: readonly string[];
}

/** The way of a message. */
export interface Trace {
  readonly uid: string;
  readonly type: string;
  readonly sender: string;
  readonly recalled: boolean;
  readonly topic: string;
  readonly status: string;
  readonly log: number;
  readonly seq: number;
  readonly committedAt: number;
  readonly accepted: readonly {
    readonly at: number;
    readonly node: string;
    readonly user: string;
    readonly sessionId: string | null;
    readonly protocol: string;
    readonly address: string | null;
  }[];
  readonly relayed: readonly {
    readonly at: number;
    readonly node: string;
    readonly user: string;
    readonly sessionId: string;
    readonly protocol: string;
  }[];
  /** Nodes that have not answered. */
  readonly unanswered: readonly string[];
  readonly members: readonly {
    readonly user: string;
    readonly takesPart: boolean;
    readonly read: boolean;
    readonly devices: readonly { readonly device: string; readonly delivered: boolean }[];
  }[];
}

/** A key of the configuration; the key is empty for sections that are lists. */
export interface Setting {
  readonly section: string;
  readonly key: string;
  readonly value: unknown;
  readonly isDefault: boolean;
}

/** Whether the server is well. */
export interface Health {
  readonly ready: boolean;
  readonly writeMs: number;
  readonly gauges: readonly {
    readonly name: 'connections' | 'commits';
    readonly used: number;
    readonly most: number;
  }[];
}

/** What a test of itself has come to. */
export interface SelfTest {
  readonly passed: boolean;
  readonly steps: readonly {
    readonly name: 'write' | 'read' | 'hub';
    readonly ms: number;
    readonly passed: boolean;
    readonly error?: string;
  }[];
}

/** A webhook with what it is still to be told. */
export interface Hook {
  readonly uid: string;
  readonly url: string;
  readonly waiting: number;
  readonly lost: number;
}

/** An event that a webhook was told in vain. */
export interface DeadLetter {
  readonly event: number;
  readonly type: string;
  readonly attempts: number;
  readonly diedAt: number;
  readonly error: string;
}
