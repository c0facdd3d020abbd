// Generated from the server's document: "npm run generate" in this package.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says what is running. */
        get: operations["get"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/admin/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists who is connected to this node. */
        get: operations["getAdminSessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an agent. */
        post: operations["postAgentCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/query/org": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the agents of the organisation. */
        get: operations["getAgentQueryOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/query/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives an agent of the organisation. */
        get: operations["getAgentQueryUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes how an agent shows itself. */
        post: operations["postAgentUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update/autoreply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets what the agent answers by itself. */
        post: operations["postAgentUpdateAutoreply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update/duty": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets an agent's role and capacity. */
        post: operations["postAgentUpdateDuty"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update/enabled": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says whether an agent may sign in, and ends its access tokens. */
        post: operations["postAgentUpdateEnabled"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives an agent another password, and ends its access tokens. */
        post: operations["postAgentUpdatePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agent/update/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says whether the agent takes conversations. */
        post: operations["postAgentUpdateStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists who did what to the service, or was refused, the newest first. */
        get: operations["getAuditQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/black/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Blocks a visitor. */
        post: operations["postBlackCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/black/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a block. */
        post: operations["postBlackDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/black/exists/{visitor}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether a visitor is blocked. */
        get: operations["getBlackExistsVisitor"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/black/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists blocks. */
        get: operations["getBlackQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/black/unblock/{visitor}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the blocks of a visitor. */
        post: operations["postBlackUnblockVisitor"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a channel, and tells its secret. */
        post: operations["postChannelCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drops a channel. */
        post: operations["postChannelDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/query/org": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the channels of the organisation, the oldest first. */
        get: operations["getChannelQueryOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/query/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a channel. */
        get: operations["getChannelQueryUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a channel another secret, and tells it. */
        post: operations["postChannelSecret"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/channel/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the name or some of the settings of a channel. */
        post: operations["postChannelUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection/polling/end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that a device without a connection is there no more. */
        post: operations["postConnectionPollingEnd"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection/polling/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that a device without a connection is there, which keeps its agent online for a while. */
        post: operations["postConnectionPollingRenew"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection/presence/{user}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether a user of the organisation is connected. */
        get: operations["getConnectionPresenceUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/connection/presence/list": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says which of the colleagues are connected. */
        get: operations["getConnectionPresenceList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faq/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a question with its answer. */
        post: operations["postFaqCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faq/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgets a question. */
        post: operations["postFaqDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faq/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the questions of a workgroup or an agent. */
        get: operations["getFaqQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/faq/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes a question. */
        post: operations["postFaqUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Closes a left message. */
        post: operations["postMessageLeaveClose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/count/pending": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts the left messages that wait for an answer. */
        get: operations["getMessageLeaveCountPending"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists left messages. */
        get: operations["getMessageLeaveQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/query/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a left message. */
        get: operations["getMessageLeaveQueryUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a left message as read. */
        post: operations["postMessageLeaveRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/reply": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Answers a left message, in the visitor's conversation. */
        post: operations["postMessageLeaveReply"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/spam": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a left message as spam. */
        post: operations["postMessageLeaveSpam"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/status/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a left message a status. */
        post: operations["postMessageLeaveStatusUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/leave/transfer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives a left message to an agent or a workgroup. */
        post: operations["postMessageLeaveTransfer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers pong and the number of unread messages. */
        get: operations["getMessagePing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/rest/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message. */
        post: operations["postMessageRestSend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Finds messages in the conversations that the caller sees. */
        get: operations["getMessageSearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/thread/{uid}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks everything in a conversation as read. */
        post: operations["postMessageThreadUidRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/thread/topic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a part of a conversation's messages. */
        get: operations["getMessageThreadTopic"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/thread/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a part of a conversation's messages. */
        get: operations["getMessageThreadUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives what the agent has not read, the newest first. */
        get: operations["getMessageUnread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/unread/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks everything as read; what came meanwhile is unread. */
        post: operations["postMessageUnreadClear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/message/unread/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts what the agent has not read. */
        get: operations["getMessageUnreadCount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the agent's notices, the newest first. */
        get: operations["getNotices"];
        put?: never;
        /** Posts a notice to a user, a role or everybody of the organisation. */
        post: operations["postNotices"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the frame that the agent's pages are shown. */
        get: operations["getNoticesFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks notices as read. */
        post: operations["postNoticesRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/notices/withdraw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back a notice. */
        post: operations["postNoticesWithdraw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the configuration that is in effect, with secrets masked. */
        get: operations["getOpsConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether the server is ready, as /readyz, and how full it is. */
        get: operations["getOpsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the nodes of the cluster and how they are, as this one knows them. */
        get: operations["getOpsNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how the server is, and how it was in the last five minutes. */
        get: operations["getOpsOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/selftest": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends something through the store and the hub, and says how that went. */
        post: operations["postOpsSelftest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/session/kick": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a connection, on whatever node it is; its client is told why. */
        post: operations["postOpsSessionKick"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/session/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the connections of all nodes, the newest first. */
        get: operations["getOpsSessionQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/ops/trace": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Follows a message of the organisation from its sender to its readers. */
        get: operations["getOpsTrace"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/order-card/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives an order card as it is now. */
        get: operations["getOrderCardId"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/order-card/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Cancels an order. */
        post: operations["postOrderCardIdCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/order-card/{id}/pay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that an order is paid. */
        post: operations["postOrderCardIdPay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push/broadcast": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends to whoever listens to a live topic, or into a queue. */
        post: operations["postPushBroadcast"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/push/users/{uid}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends to a user's sessions. */
        post: operations["postPushUsersUid"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue/agent/queuing/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts what waits for the agent's services. */
        get: operations["getQueueAgentQueuingCount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/queue/query/queuing": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what waits for the agent's services, the longest first. */
        get: operations["getQueueQueryQueuing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quickreply/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a canned reply. */
        post: operations["postQuickreplyCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quickreply/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Forgets a canned reply. */
        post: operations["postQuickreplyDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quickreply/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the canned replies that the agent may use. */
        get: operations["getQuickreplyQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/quickreply/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes a canned reply. */
        post: operations["postQuickreplyUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/report/service": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports on the work of the desk. */
        get: operations["getReportService"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/report/service.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reports on the work of the desk, as a table for spreadsheets. */
        get: operations["getReportServiceCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/retention/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how long closed conversations are kept. */
        get: operations["getRetentionQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/retention/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets how long closed conversations are kept. */
        post: operations["postRetentionUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-key/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a service key, and tells its secret. */
        post: operations["postServiceKeyCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-key/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Revokes a service key, and ends what it has let in. */
        post: operations["postServiceKeyDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-key/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists service keys, and the accounts of the configuration. */
        get: operations["getServiceKeyQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/service-key/update/name": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Calls a service key otherwise. */
        post: operations["postServiceKeyUpdateName"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the settings of a workgroup or an agent. */
        get: operations["getSettingsQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/settings/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes some of the settings of a workgroup or an agent. */
        post: operations["postSettingsUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lists a word that is not to be said. */
        post: operations["postTabooCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a word from the list. */
        post: operations["postTabooDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lists many words. */
        post: operations["postTabooImport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/message/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what was said of the list. */
        get: operations["getTabooMessageQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/query/org": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the words. */
        get: operations["getTabooQueryOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/settings/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whose messages are looked at. */
        get: operations["getTabooSettingsQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/settings/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets whose messages are looked at. */
        post: operations["postTabooSettingsUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/taboo/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes a listed word. */
        post: operations["postTabooUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation that waits or was left a message in. */
        post: operations["postThreadAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a conversation. */
        post: operations["postThreadClose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens the agent's own conversation with a visitor. */
        post: operations["postThreadCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation out of the agent's list until something is said in it. */
        post: operations["postThreadDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Saves a conversation as JSON or as text. */
        get: operations["getThreadExport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Helps in a conversation. */
        post: operations["postThreadInviteAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back an invitation. */
        post: operations["postThreadInviteCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a colleague to help. */
        post: operations["postThreadInviteCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/exit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leaves a conversation in which one has helped. */
        post: operations["postThreadInviteExit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declines to help. */
        post: operations["postThreadInviteReject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/invite/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a helping colleague away. */
        post: operations["postThreadInviteRemove"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the agent's open conversations, those on top first, then that with the newest message. */
        get: operations["getThreadQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/query/org": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the conversations of the organisation. */
        get: operations["getThreadQueryOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/query/topic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a conversation in which the agent takes part. */
        get: operations["getThreadQueryTopic"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/rating/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Asks the visitor for a rating. */
        get: operations["getThreadRatingInvite"];
        put?: never;
        /** Asks the visitor for a rating. */
        post: operations["postThreadRatingInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/rating/query/thread/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the ratings of a conversation, the newest first. */
        get: operations["getThreadRatingQueryThreadUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/takeover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation over from whoever has it. */
        post: operations["postThreadTakeover"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/transfer/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation that is offered. */
        post: operations["postThreadTransferAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/transfer/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back an offer of a conversation. */
        post: operations["postThreadTransferCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/transfer/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Offers a conversation to an agent or a workgroup. */
        post: operations["postThreadTransferCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/transfer/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declines a conversation that is offered. */
        post: operations["postThreadTransferReject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/unwatch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follows a conversation no longer. */
        post: operations["postThreadUnwatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes what is written on a conversation and how the agent keeps it. */
        post: operations["postThreadUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/fold": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Folds a conversation away, or not. */
        post: operations["postThreadUpdateFold"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/hide": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation out of the list until something is said, or not. */
        post: operations["postThreadUpdateHide"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/mute": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps a conversation without a sound, or not. */
        post: operations["postThreadUpdateMute"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/note": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Writes a note on a conversation. */
        post: operations["postThreadUpdateNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/star": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Stars a conversation, or not. */
        post: operations["postThreadUpdateStar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes a conversation (CHATTING), or ends it (CLOSED). */
        post: operations["postThreadUpdateStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/tagList": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets the tags of a conversation. */
        post: operations["postThreadUpdateTagList"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/top": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps a conversation above the others, or not. */
        post: operations["postThreadUpdateTop"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a conversation as unread, or not. */
        post: operations["postThreadUpdateUnread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/unread/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks a conversation as unread, by a number. */
        post: operations["postThreadUpdateUnreadCount"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/update/user": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets how the visitor of a conversation is called. */
        post: operations["postThreadUpdateUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/watch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Follows a conversation. */
        post: operations["postThreadWatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/thread/whisper": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Writes a note about a conversation, which its visitor does not see. */
        post: operations["postThreadWhisper"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Uploads a file. */
        post: operations["postUploadFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/upload/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Renews the link to a file. */
        get: operations["getUploadLink"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/user/change/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the caller's password, and ends its other access tokens. */
        post: operations["postUserChangePassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/user/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends the access token that is shown, and the connections that it let in. */
        post: operations["postUserLogout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/user/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the agent's own profile. */
        get: operations["getUserProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitor/invite": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks a visitor to chat. */
        post: operations["postVisitorInvite"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitor/invite/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back that a visitor is asked to chat. */
        post: operations["postVisitorInviteCancel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitor/query/online": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the visitors who browse, who looked at something last first. */
        get: operations["getVisitorQueryOnline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitor/query/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives what is known of a visitor. */
        get: operations["getVisitorQueryUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/visitor/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Corrects what is known of a visitor. */
        post: operations["postVisitorUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a webhook, or a robot for a workgroup. */
        post: operations["postWebhookCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/dead/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what a webhook did not hear. */
        get: operations["getWebhookDeadQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/dead/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Tells a webhook again what it did not hear. */
        post: operations["postWebhookDeadReplay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/delete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Drops a webhook. */
        post: operations["postWebhookDelete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists webhooks. */
        get: operations["getWebhookQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/update/active": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switches a webhook on or off. */
        post: operations["postWebhookUpdateActive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes a workgroup. */
        post: operations["postWorkgroupCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/query/org": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the workgroups of the organisation. */
        get: operations["getWorkgroupQueryOrg"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/query/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a workgroup with its agents. */
        get: operations["getWorkgroupQueryUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/routing/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how a workgroup is routed to now. */
        get: operations["getWorkgroupRoutingState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/update": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Changes the name and the agents of a workgroup. */
        post: operations["postWorkgroupUpdate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/update/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says whether a workgroup serves anybody, whatever its hours. */
        post: operations["postWorkgroupUpdateStatus"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workgroup/update/weight": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sets an agent's share where routing is weighted. */
        post: operations["postWorkgroupUpdateWeight"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/v1/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives an agent an access token. */
        post: operations["postAuthLogin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/auth/v1/login/accessToken": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says whose an access token is, if it still lets its agent in. */
        post: operations["postAuthLoginAccessToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/config/bytedesk/properties": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says where clients connect, and what the server offers. */
        get: operations["getConfigBytedeskProperties"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/file/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a file, or a part of it. */
        get: operations["getFilePath"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says that it is running. */
        get: operations["getHealthz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how it is, for Prometheus. */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says whether writes reach the disk. */
        get: operations["getReadyz"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/browse": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Notes that a visitor looks at a page. */
        post: operations["postVisitorBrowse"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/channel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says how a channel looks to its visitors. */
        get: operations["getVisitorChannel"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/init": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Introduces a visitor, or one who comes back. */
        post: operations["postVisitorInit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/invite/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Accepts to chat. */
        post: operations["postVisitorInviteAccept"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/invite/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Declines to chat. */
        post: operations["postVisitorInviteReject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/ip": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the address from which the caller is seen. */
        get: operations["getVisitorIp"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/leave/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that the answer was good. */
        post: operations["postVisitorMessageLeaveConfirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/leave/create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Leaves a message for when somebody is there. */
        post: operations["postVisitorMessageLeaveCreate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/leave/query": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists what the visitor has left. */
        get: operations["getVisitorMessageLeaveQuery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/leave/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Says that the answer was not good. */
        post: operations["postVisitorMessageLeaveReject"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Finds messages in the visitor's conversations. */
        get: operations["getVisitorMessageSearch"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sends a message. */
        post: operations["postVisitorMessageSend"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/thread/topic": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a part of a conversation's messages. */
        get: operations["getVisitorMessageThreadTopic"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/thread/uid": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives a part of a conversation's messages. */
        get: operations["getVisitorMessageThreadUid"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/unread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives what the visitor has not read, the newest first. */
        get: operations["getVisitorMessageUnread"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/unread/clear": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks everything as read. */
        post: operations["postVisitorMessageUnreadClear"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/message/unread/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Counts what the visitor has not read. */
        get: operations["getVisitorMessageUnreadCount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/notices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the visitor's notices, the newest first. */
        get: operations["getVisitorNotices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/notices/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Gives the frame that the visitor's pages are shown. */
        get: operations["getVisitorNoticesFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/notices/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Marks notices as read. */
        post: operations["postVisitorNoticesRead"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/ping": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Answers pong and the number of unread messages. */
        get: operations["getVisitorPing"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/rating/submit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Rates a service. */
        post: operations["postVisitorRatingSubmit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/thread": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Opens the visitor's conversation with an agent or a workgroup. */
        post: operations["postVisitorThread"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/thread/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends a conversation. */
        post: operations["postVisitorThreadClose"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/threads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Lists the visitor's conversations, also those that are over. */
        get: operations["getVisitorThreads"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/upload/file": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Uploads a file. */
        post: operations["postVisitorUploadFile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/upload/link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Renews the link to a file. */
        get: operations["getVisitorUploadLink"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/visitor/api/v1/upload/security/config": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Says what may be uploaded. */
        get: operations["getVisitorUploadSecurityConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AcceptedTrace: {
            /** Format: ip */
            address: string | null;
            /** Format: int64 */
            at: number;
            /** @description The node that took it in. */
            node: string;
            protocol: string;
            /** @description Missing for what was sent over HTTP. */
            sessionId: string | null;
            user: components["schemas"]["Uid"];
        };
        /** @description How an agent shows itself; what is left out stays. Administrators name another by `uid`. */
        AgentUpdate: {
            avatar?: string | null;
            nickname?: string | null;
            uid?: components["schemas"]["Uid"] | null;
        };
        /** @description An agent as clients know it. */
        AgentUser: {
            avatar: string;
            /**
             * Format: uint32
             * @description How many conversations it takes at a time.
             */
            capacity: number;
            currentOrganization: components["schemas"]["Organisation"];
            nickname: string;
            orgUid: string;
            role: string;
            status: string;
            type: string;
            uid: string;
            username: string;
        };
        /**
         * @description The people of an organisation by what they are.
         * @enum {string}
         */
        Audience: "AGENT" | "SUPERVISOR" | "ADMIN" | "VISITOR";
        /** @description Entries, the newest first. */
        AuditPage: {
            content: components["schemas"]["AuditRow"][];
            /**
             * Format: int64
             * @description `before` of the next page; missing on the last.
             */
            next?: number | null;
        };
        AuditRow: {
            /** @description What, as `webhook.create`. */
            action: string;
            /** @description Who; missing for somebody who did not sign in. */
            actor: components["schemas"]["Uid"] | null;
            /** @description Where the client was. */
            address: string;
            /** Format: int64 */
            at: number;
            /** @description What was asked for, without secrets. */
            details: {
                [key: string]: unknown;
            };
            /** Format: int64 */
            id: number;
            /** @description `done`, or the name of the error. */
            outcome: string;
            /** @description What it was done to; empty for nothing in particular. */
            target: string;
        };
        /** @description What an agent or a workgroup answers by itself. */
        AutoReply: {
            /**
             * @description The text, if that is fixed.
             * @default
             */
            content: string;
            /**
             * @description Whether it does.
             * @default false
             */
            enabled: boolean;
            /**
             * @description Whether only while the service is closed.
             * @default false
             */
            outsideHours: boolean;
            /**
             * Format: uint32
             * @description How long a rule that has answered in a conversation is silent there, in seconds.
             * @default 60
             */
            pauseS: number;
            /**
             * @description What is answered to which keywords; the first rule that fits counts.
             * @default []
             */
            rules: components["schemas"]["KeywordRule"][];
            /**
             * @description By what rule.
             * @default FIXED
             */
            type: components["schemas"]["AutoReplyType"];
        };
        /** @description What an agent answers by itself: the members of the setting `autoReply`, or the names that Bytedesk has for them. */
        AutoReplyRequest: {
            /** @description The fixed text. */
            content?: unknown;
            /** @description Whether it does. */
            enabled?: boolean | null;
            /** @description Whether only while the service is closed. */
            outsideHours?: boolean | null;
            /**
             * Format: uint32
             * @description How long a rule that has answered is silent in a conversation, in seconds.
             */
            pauseS?: number | null;
            /** @description What is answered to which keywords. */
            rules?: unknown;
            /** @description FIXED or KEYWORD. */
            type?: unknown;
        };
        /** @description How it is found out what to answer. */
        AutoReplyType: "FIXED" | "KEYWORD";
        /** @description A block, also when it is over. */
        BlockAnswer: {
            /** @description Whether it holds now. */
            active: boolean;
            blackAvatar: string;
            blackNickname: string;
            blackUid: components["schemas"]["Uid"];
            /** @description The address whose visitors are not heard either; of IPv6 the first of its /64. */
            blockIp: string | null;
            /** Format: int64 */
            createdAt: number;
            /** @description Who did it. */
            createdBy: components["schemas"]["Uid"];
            /**
             * Format: int64
             * @description Missing for never.
             */
            endTime: number | null;
            orgUid: components["schemas"]["Uid"];
            reason: string;
            /** Format: int64 */
            startTime: number;
            /** @description The conversation that it was done in; empty for none. */
            threadTopic: string;
            uid: components["schemas"]["Uid"];
            /** Format: int64 */
            unblockedAt?: number | null;
            /** @description Who ended it before its time. */
            unblockedBy?: components["schemas"]["Uid"] | null;
        };
        /** @description `true` and `false`, in JSON or as text, or an address. */
        BlockIp: boolean | string;
        /** @description Which block. */
        BlockName: {
            uid: components["schemas"]["Uid"];
        };
        /** @description A page that a visitor looks at. */
        BrowseRequest: {
            /**
             * @description Where the visitor came from.
             * @default
             */
            referrer?: string;
            /**
             * @description Its title.
             * @default
             */
            title?: string;
            /** @description The visitor, if it has no token. */
            uid?: string | null;
            /**
             * @description The address of the page.
             * @default
             */
            url?: string;
        };
        /** @description A visitor who browses. */
        BrowsingRow: {
            avatar: string;
            channel: string;
            nickname: string;
            /** @description Whether it is also connected. */
            online: boolean;
            /** @description What it has looked at lately, the newest first. */
            pages: components["schemas"]["PageViewRow"][];
            uid: components["schemas"]["Uid"];
        };
        /** @description Whether a node hears the others. */
        BusState: ("UP" | "DOWN") | "ALONE";
        /** @description Which question is taken back. */
        CancelVisitorInvitation: {
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /** @description The INVITE_VISITOR; may be left out. */
            uid?: string | null;
        };
        /** @description An agent who might take a conversation. */
        Candidate: {
            /**
             * Format: uint32
             * @description Conversations it takes at a time.
             */
            capacity: number;
            /**
             * Format: uint32
             * @description Conversations it has in CHATTING.
             */
            chatting: number;
            /**
             * Format: int64
             * @description When it was last given a conversation.
             */
            lastAssigned: number | null;
            /** @description Online and AVAILABLE. */
            ready: boolean;
            /**
             * Format: uint64
             * @description Its mean time to the first response, in milliseconds.
             */
            responseMs: number | null;
            /** @description The agent. */
            uid: components["schemas"]["Uid"];
            /**
             * Format: uint32
             * @description Its share where routing is weighted.
             */
            weight: number;
        };
        ChannelChange: {
            /** @description What administrators call it; what is left out stays. */
            name?: string | null;
            /**
             * @description The settings that change.
             * @default null
             */
            settings?: components["schemas"]["ChannelSettings"] | null;
            /** @description The channel. */
            uid: components["schemas"]["Uid"];
        };
        ChannelName: {
            /** @description The channel. */
            uid: components["schemas"]["Uid"];
        };
        /** @description A channel, for administrators. */
        ChannelRow: {
            createdAt: string;
            /** @description What administrators call it. */
            name: string;
            orgUid: components["schemas"]["Uid"];
            /** @description The key of what the shop signs; told once. */
            secret?: string | null;
            settings: components["schemas"]["ChannelSettings"];
            /** @description What stands on the shop's pages. */
            uid: components["schemas"]["Uid"];
            updatedAt: string;
        };
        /** @description Somebody whom visitors may ask for. */
        ChannelService: {
            /**
             * @description What it is for.
             * @default {
             *       "en": "",
             *       "zh-CN": ""
             *     }
             */
            description: components["schemas"]["Wording"];
            /**
             * @description What it is.
             * @default workgroup
             */
            kind: components["schemas"]["ServiceKind"];
            /**
             * @description What visitors call it; its own name if this is empty.
             * @default {
             *       "en": "",
             *       "zh-CN": ""
             *     }
             */
            name: components["schemas"]["Wording"];
            /** @description The workgroup or agent. */
            uid: components["schemas"]["Uid"];
        };
        /** @description How a channel is set up. What is not set has its default. */
        ChannelSettings: {
            /**
             * @description Whether visitors are asked for their name.
             * @default false
             */
            askName: boolean;
            /**
             * @description The shop's colour as `#rrggbb`; the product's own if it is empty.
             * @default
             */
            brand: string;
            /**
             * @description Sites whose pages may show the panel, as `shop.example.com` or `*.example.com`, with a scheme in front and a port behind
             *     if need be; all if there are none.
             * @default []
             */
            domains: string[];
            /**
             * @description What visitors read first; the panel's own words if it is empty.
             * @default {
             *       "en": "",
             *       "zh-CN": ""
             *     }
             */
            greeting: components["schemas"]["Wording"];
            /**
             * @description Whether the shop says who its visitors are.
             * @default off
             */
            identity: components["schemas"]["IdentityRule"];
            /**
             * @description Address of the shop's privacy policy, or empty.
             * @default
             */
            privacyUrl: string;
            /**
             * @description Who may be asked, in the order in which visitors choose; at least one.
             * @default []
             */
            services: components["schemas"]["ChannelService"][];
            /**
             * @description Where the button stands.
             * @default right
             */
            side: components["schemas"]["Side"];
            /**
             * @description The title of the panel, usually the shop's name.
             * @default {
             *       "en": "",
             *       "zh-CN": ""
             *     }
             */
            title: components["schemas"]["Wording"];
        };
        ChannelToMake: {
            /** @description What administrators call it. */
            name: string;
            /**
             * @description Its settings, with at least one service.
             * @default null
             */
            settings?: components["schemas"]["ChannelSettings"] | null;
            /** @description Letters, digits, `-` and `_`; one is made if it is missing. */
            uid?: components["schemas"]["Uid"] | null;
        };
        /** @description An agent, and whether it is there. */
        Colleague: {
            avatar: string;
            /**
             * Format: uint32
             * @description How many conversations it takes at a time.
             */
            capacity: number;
            currentOrganization: components["schemas"]["Organisation"];
            nickname: string;
            /** @description Whether it is connected; its status is what it has chosen. */
            online: boolean;
            orgUid: string;
            role: string;
            status: string;
            type: string;
            uid: string;
            username: string;
        };
        /** @description Whether somebody is there. */
        ColleaguePresence: {
            /**
             * Format: uint
             * @description Connections that keep it so.
             */
            activeCount: number;
            online: boolean;
            uid: components["schemas"]["Uid"];
        };
        /** @description Whom or what a command is about, beside its conversation. */
        CommandRequest: {
            /**
             * @description What is told, or what the visitor is asked.
             * @default null
             */
            content?: string | null;
            /**
             * @description The agent or workgroup whom it is about; also `receiver`, `agentUid`, `workgroupUid`, `toUserId`.
             * @default null
             */
            receiverUid?: string | null;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /**
             * @description Names what is created, or says what is answered.
             * @default null
             */
            uid?: string | null;
        };
        Configuration: {
            settings: components["schemas"]["Setting"][];
            version: string;
        };
        /** @description Connections of all nodes, the newest first. */
        ConnectionPage: {
            content: components["schemas"]["ConnectionRow"][];
            /**
             * Format: uint64
             * @description `before` of the next page; missing on the last.
             */
            next?: number | null;
            /**
             * Format: uint
             * @description How many connections there are in all, on the nodes that have answered.
             */
            total: number;
            /** @description The nodes that have not answered: what they have is not in the page. */
            unanswered: string[];
        };
        ConnectionRow: {
            /** Format: ip */
            address: string | null;
            /** @description Whether it has answered within two seconds; if not, the rest is not known. */
            answered: boolean;
            /**
             * Format: uint64
             * @description Its number, by which it is ended.
             */
            connection: number;
            /** @description The node that has it. */
            node: string;
            protocol: string;
            /** Format: uint64 */
            receivedBytes: number;
            role: components["schemas"]["Role"] | null;
            /** Format: uint64 */
            sentBytes: number;
            /** @description Missing before the client was let in, and when it is too busy to answer. */
            sessionId: string | null;
            /**
             * Format: int64
             * @description When it began, in milliseconds since 1970.
             */
            since: number;
            /** @description The first 100. */
            subscriptions: components["schemas"]["Followed"][];
            /** @description Whether it is inside TLS of this server. */
            tls: boolean;
            transport: string;
            user: string | null;
        };
        ConnectionsOverview: {
            byKind: components["schemas"]["KindCount"][];
            /**
             * Format: uint
             * @description How many sockets may be open.
             */
            most: number;
            /**
             * Format: uint64
             * @description Sockets open now, whatever they speak.
             */
            sockets: number;
            /**
             * Format: uint
             * @description Those that speak STOMP or MQTT.
             */
            total: number;
        };
        CoursePoint: {
            /** Format: int64 */
            at: number;
            /** Format: uint64 */
            connections: number;
            /** Format: double */
            deliveredP50: number | null;
            /** Format: double */
            deliveredP95: number | null;
            /** Format: uint64 */
            memoryBytes: number | null;
            /**
             * Format: double
             * @description Messages per second.
             */
            received: number;
            /** Format: double */
            sent: number;
            /**
             * Format: double
             * @description Milliseconds, of the ten seconds before.
             */
            storedP95: number | null;
        };
        CreatedWorkgroup: {
            uid: components["schemas"]["Uid"];
        };
        /** @description Addresses, and what there is to sign in by. */
        Custom: {
            allowRegister: boolean;
            /** @description The HTTP API. As the next ones empty when the request does not say which host it was sent to. */
            apiUrl: string;
            description: string;
            docUrlShow: boolean;
            /** @description Whether name, logo and description take the place of the client's own. */
            enabled: boolean;
            forceValidateEmail: boolean;
            forceValidateMobile: boolean;
            forceVisitorAuth: boolean;
            lang: string;
            /**
             * Format: uint32
             * @description Failed logins after which a name has to wait.
             */
            loginMaxRetryCount: number;
            /**
             * Format: uint64
             * @description How long, in minutes.
             */
            loginMaxRetryLockTime: number;
            loginMobileEnable: boolean;
            loginScanEnable: boolean;
            loginUsernameEnable: boolean;
            logo: string;
            /** @description MQTT over WebSocket. */
            mqttWebsocketUrl: string;
            name: string;
            showDemo: boolean;
            showRightCornerChat: boolean;
            /** @description STOMP over SockJS. */
            sockjsUrl: string;
            /** @description STOMP over WebSocket. */
            stompWebsocketUrl: string;
            /** @description Where files are brought, without the path. */
            uploadApiUrl: string;
        };
        DeadAnswer: {
            /** Format: uint32 */
            attempts: number;
            /** Format: int64 */
            diedAt: number;
            error: string;
            /**
             * Format: int64
             * @description Its number, for asking on and for having it told again.
             */
            event: number;
            /** Format: uint64 */
            seq: number;
            /** Format: int64 */
            timestamp: number;
            type: string;
        };
        /** @description What a visitor comes with. */
        DeviceInfo: {
            browser: string;
            device: string;
            os: string;
        };
        DeviceTrace: {
            /** @description Whether the message has arrived there. */
            delivered: boolean;
            /** @description Empty for the user's default device. */
            device: string;
            /**
             * Format: uint64
             * @description The position up to which everything has arrived.
             */
            seq: number;
        };
        DutyRequest: {
            /** Format: uint32 */
            capacity: number;
            role: components["schemas"]["Role"];
            uid: components["schemas"]["Uid"];
        };
        /** @description Whether an agent may sign in. */
        EnabledRequest: {
            enabled: boolean;
            uid: components["schemas"]["Uid"];
        };
        /**
         * Failure
         * @description `{"message", "code", "error", "data": false}`.
         */
        Failure: {
            /**
             * Format: int32
             * @description 500 if the request is refused, -1 if the caller is, else the status.
             */
            code: number;
            /**
             * @description Always false.
             * @constant
             */
            data: false;
            /**
             * @description Why, for programs.
             * @enum {string}
             */
            error: "invalid_request" | "not_signed_in" | "token_expired" | "token_revoked" | "wrong_password" | "forbidden" | "locked" | "not_found" | "method_not_allowed" | "too_large" | "too_fast" | "key_reused" | "key_in_use" | "busy" | "internal" | "unacceptable_file" | "no_room" | "malformed_message" | "unfit_content" | "not_yours" | "unknown_service" | "unknown_organisation" | "unknown_user" | "unknown_webhook" | "unknown_service_key" | "unknown_channel" | "unknown_visitor" | "identity_required" | "identity_refused" | "not_allowed" | "not_now" | "not_pending" | "already_pending" | "nobody_there" | "too_many_helpers" | "servers_own" | "unclear" | "unknown_card" | "card_settled" | "unknown_leave_message" | "leave_message_is" | "unknown_reply" | "too_many_replies" | "blacklisted" | "taboo" | "unknown_word" | "unknown_block" | "list_full" | "recall_too_late" | "edits_off" | "edit_too_late" | "not_quotable" | "rated_already" | "taken" | "unacceptable_settings" | "unknown_conversation" | "unknown_message" | "not_the_sender" | "recalled" | "not_amendable" | "too_many_reactions" | "at_capacity" | "changed_meanwhile" | "decided_already" | "card_taken" | "uid_taken" | "foreign_organisation" | "nobody_meant" | "too_many_recipients" | "expired_already" | "unknown_notice" | "unknown_session" | "invalid_topic" | "no_right" | "too_many" | "not_addressed" | "subscription_id" | "vetoed" | "invalid_selector" | "full" | "protocol_error" | "connection_ended" | "dismissed" | "invalid_client_id";
            /** @description Why, for people. */
            message: string;
        };
        /** @description A question that is offered to visitors, with its answer. */
        Faq: {
            /**
             * @description The answer.
             * @default
             */
            answer: string;
            /**
             * @description The question.
             * @default
             */
            question: string;
            /**
             * @description TEXT, or another type of message.
             * @default
             */
            type: string;
            /**
             * @description Its uid.
             * @default
             */
            uid: string;
        };
        FaqName: {
            uid: components["schemas"]["Uid"];
        };
        /** @description A question with its answer. */
        FaqRow: {
            answer: string;
            category: string;
            createdAt: string;
            /**
             * Format: uint64
             * @description How many did not.
             */
            downCount: number;
            /** @description Whether WELCOME offers it. */
            inWelcome: boolean;
            orgUid: components["schemas"]["Uid"];
            question: string;
            /** @description The workgroup or agent whose visitors ask it. */
            serviceUid: components["schemas"]["Uid"];
            type: string;
            uid: components["schemas"]["Uid"];
            /**
             * Format: uint64
             * @description How many visitors found the answer helpful.
             */
            upCount: number;
            updatedAt: string;
            /**
             * Format: uint64
             * @description How often it was asked.
             */
            viewCount: number;
        };
        /** @description What changes about a question; what is left out stays. */
        FaqUpdate: {
            answer?: string | null;
            category?: string | null;
            inWelcome?: boolean | null;
            question?: string | null;
            type?: string | null;
            uid: components["schemas"]["Uid"];
        };
        Features: {
            /** @description What pictures of people are relative to. */
            avatarBaseUrl: string;
        };
        Filling: {
            /** Format: uint */
            most: number;
            /** @description connections or commits. */
            name: string;
            /** Format: uint */
            used: number;
        };
        /** @description What a connection listens to. */
        Followed: {
            id: string | null;
            topic: string;
        };
        /** @enum {string} */
        Format: "json" | "text";
        Health: {
            /** @description What fills up: how much there is, and how much there may be. */
            gauges: components["schemas"]["Filling"][];
            /** @description Whether a write has reached the disk in time. */
            ready: boolean;
            /**
             * Format: double
             * @description How long it took, in milliseconds.
             */
            writeMs: number;
        };
        Hit: {
            message: components["schemas"]["Message"];
            /** @description Start and length in `snippet`, in UTF-16 code units. */
            positions: [
                number,
                number
            ][];
            snippet: string;
        };
        /** @description A word that a message said. */
        HitAnswer: {
            /** @description What became of the message for it. */
            action: string;
            /**
             * Format: uint64
             * @description Its number.
             */
            id: number;
            /** @description What its sender called the message. */
            messageUid: string;
            /** @description The part of the message that says it, as it was sent. */
            text: string;
            /** @description The conversation; missing if it is gone. */
            threadTopic?: string | null;
            /** Format: int64 */
            timestamp: number;
            /** @description Who said it. */
            userUid: components["schemas"]["Uid"];
            /** @description The word as it was written in the list then. */
            word: string;
        };
        /** @description A page of hits, the newest first. */
        HitPage: {
            content: components["schemas"]["HitAnswer"][];
            empty: boolean;
            last: boolean;
            /**
             * Format: uint64
             * @description The `before` of the next page.
             */
            next: number | null;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
        };
        HookAnswer: {
            active: boolean;
            /** Format: int64 */
            createdAt: number;
            events: string[];
            /**
             * Format: uint64
             * @description Events that were not kept.
             */
            lost: number;
            robotOf?: components["schemas"]["Uid"] | null;
            /** @description The key of its signatures; told once. */
            secret?: string | null;
            uid: components["schemas"]["Uid"];
            url: string;
            /**
             * Format: uint64
             * @description Events that are to be told.
             */
            waiting: number;
        };
        /** @description Business hours. Without any shift a service is always open, but for its holidays. */
        Hours: {
            /**
             * @description Days off the week's rhythm on which it is open as on its other days: the longest shift of the week counts.
             * @default []
             */
            extraDays: string[];
            /**
             * @description Days on which it is closed.
             * @default []
             */
            holidays: string[];
            /**
             * @description When it is open in a week.
             * @default []
             */
            shifts: components["schemas"]["Shift"][];
        };
        /** @description Whether the shop says who its visitors are. */
        IdentityRule: "off" | "optional" | "required";
        /** @description What became of words that were imported. */
        ImportAnswer: {
            /**
             * Format: uint
             * @description They are listed now.
             */
            created: number;
            /**
             * Format: uint
             * @description They were listed before, perhaps in another spelling; nothing changed.
             */
            known: number;
        };
        InitAnswer: {
            accessToken: string;
            avatar: string;
            channel: string;
            email: string;
            /** @description What is known of how to reach the visitor; it sees no more of what the desk knows. */
            mobile: string;
            nickname: string;
            orgUid: string;
            type: string;
            uid: string;
            /** @description Whether the shop's server has signed who it is: then it is this visitor on every device. */
            verified: boolean;
            visitorUid: string;
        };
        /** @description The customer of a shop, in the words of its page. */
        InitRequest: {
            /** @default  */
            avatar?: string;
            /**
             * @description Browser.
             * @default
             */
            browser?: string;
            /** @default  */
            channel?: string;
            /**
             * @description Device.
             * @default
             */
            device?: string;
            /**
             * @description E-mail address.
             * @default
             */
            email?: string;
            /**
             * @description What else the page says.
             * @default
             */
            extra?: string;
            /**
             * @description Language.
             * @default
             */
            lang?: string;
            /**
             * @description Mobile number.
             * @default
             */
            mobile?: string;
            /** @default  */
            nickname?: string;
            /**
             * @description What the page has to say about the visitor, for the desk alone.
             * @default
             */
            note?: string;
            orgUid: components["schemas"]["Uid"];
            /**
             * @description Operating system.
             * @default
             */
            os?: string;
            /**
             * @description Where the visitor came from.
             * @default
             */
            referrer?: string;
            /**
             * @description The title of that page.
             * @default
             */
            title?: string;
            uid?: string | null;
            /**
             * @description The page it is on.
             * @default
             */
            url?: string;
            /**
             * @description HMAC-SHA256 of `userId` by the secret of the channel, in hexadecimal digits.
             * @default
             */
            userHash?: string;
            /**
             * @description The shop's own id of the visitor.
             * @default
             */
            userId?: string;
            /**
             * @description In place of both: a JWT (HS256) by the secret of the channel, whose `sub` is the id. What else it says is proven too.
             * @default
             */
            userToken?: string;
            /**
             * @description Level as a customer.
             * @default
             */
            vipLevel?: string;
            visitorUid?: string | null;
        };
        /** @description What a visitor says to being asked to chat. */
        InvitationAnswer: {
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /** @description The INVITE_VISITOR that is answered; may be left out. */
            uid?: string | null;
            /** @description The visitor, if it has no token. */
            visitorUid?: string | null;
        };
        /** @description Whom to ask to chat: a visitor by its uid, or the one of a conversation. */
        InviteVisitorRequest: {
            /**
             * @description What the visitor reads.
             * @default
             */
            content?: string;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /** @description Names the question. */
            uid?: string | null;
            /** @description A visitor, who is asked in its conversation with the agent. */
            visitorUid?: components["schemas"]["Uid"] | null;
        };
        /** @description What a visitor says about an answer. `visitorUid` for one without a token. */
        Judgement: {
            uid: components["schemas"]["Uid"];
            visitorUid?: string | null;
        };
        /** @description What is answered to some keywords. */
        KeywordRule: {
            /**
             * @description The answer.
             * @default
             */
            content: string;
            /**
             * @description Whether a message must say one of them and nothing else.
             * @default false
             */
            exact: boolean;
            /**
             * @description The keywords, in whatever case.
             * @default []
             */
            keywords: string[];
            /**
             * @description Its type of message.
             * @default TEXT
             */
            type: string;
        };
        Kick: {
            /**
             * Format: uint64
             * @description The number of the connection, on whatever node it is.
             */
            connection: number;
        };
        KindCount: {
            /** Format: uint64 */
            count: number;
            /** @description stomp, sockjs, mqtt or http. */
            protocol: string;
            /** @description websocket, tcp or http. */
            transport: string;
        };
        /** @description The newest message of a conversation, beside its content. */
        LastMessage: {
            /**
             * Format: uint64
             * @description Its place in the conversation, from 1.
             */
            seq: number;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            timestamp: number;
            /** @description `TEXT`, `IMAGE` and so on. */
            type: string;
            uid: string;
            /** @description Who wrote it. */
            user: components["schemas"]["Person"] | null;
        };
        LatencyOverview: {
            /** @description Of a transaction. */
            commit: components["schemas"]["Percentiles"];
            /** @description From taking a message in to writing it for one who follows it. */
            delivered: components["schemas"]["Percentiles"];
            /** @description From taking a message in to having it on disk. */
            stored: components["schemas"]["Percentiles"];
            /**
             * Format: int64
             * @description Milliseconds of which this tells.
             */
            windowMs: number;
        };
        /** @description Which conversation a form is about, and which message it answers. */
        LeaveForm: {
            /** @default null */
            contact?: string | null;
            /** @default null */
            content?: string | null;
            /**
             * @description Links to pictures.
             * @default null
             */
            images?: string[] | null;
            /**
             * @description The message that asked for it.
             * @default
             */
            messageUid?: string;
            /** @default null */
            nickname?: string | null;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /** @default null */
            type?: string | null;
            /** @description Names the message. */
            uid?: string | null;
            /** @description The visitor who has no token. */
            visitorUid?: string | null;
        };
        LimitHits: {
            /** Format: uint64 */
            lastMinute: number;
            /** @description As in `deskwire_limit_hits_total`. */
            limit: string;
            /**
             * Format: uint64
             * @description Since the start.
             */
            total: number;
        };
        LinkAnswer: {
            fileUrl: string;
        };
        /** @description A left message as lists show it. */
        Listed: {
            agentUid: components["schemas"]["Uid"] | null;
            contact: string;
            content: string;
            createdAt: string;
            images: string[];
            nickname: string;
            orgUid: components["schemas"]["Uid"];
            reply: string | null;
            serviceUid: components["schemas"]["Uid"];
            status: string;
            threadTopic: string;
            type: string;
            uid: components["schemas"]["Uid"];
            updatedAt: string;
            visitorUid: components["schemas"]["Uid"];
        };
        LoginAnswer: {
            accessToken: string;
            user: components["schemas"]["AgentUser"];
        };
        LoginRequest: {
            password: string;
            username: string;
        };
        MemberTrace: {
            devices: components["schemas"]["DeviceTrace"][];
            /** @description Whether it has read the message. */
            read: boolean;
            /**
             * Format: uint64
             * @description The position up to which it has read; 0 for nothing.
             */
            readSeq: number;
            /** @description Whether it takes part in the conversation now. */
            takesPart: boolean;
            user: components["schemas"]["Uid"];
        };
        /** @description A message of a conversation. What its writer said beside these members is there too. */
        Message: {
            /** @description From where it was sent. */
            channel: string;
            /** @description Text, or a JSON document in a string. */
            content: string;
            /** @description `yyyy-MM-dd HH:mm:ss` in the time zone of the desk. */
            createdAt: string;
            /** @description A JSON document in a string; `event` in it tells what happened to the conversation. */
            extra: string;
            /**
             * Format: uint64
             * @description Its place in the conversation, from 1.
             */
            seq?: number | null;
            /** @description `SUCCESS`, or `RECALL` if its writer took it back. */
            status: string;
            /** @description The conversation as it was then. */
            thread?: components["schemas"]["ThreadOfMessage"] | null;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            timestamp: number;
            /** @description `TEXT`, `IMAGE` and so on. */
            type: string;
            /** @description Its name, given by its writer. */
            uid: string;
            /** @description Who wrote it. */
            user?: components["schemas"]["Person"] | null;
        };
        /** @description By what rule a service chooses an agent. */
        Mode: "ROUND_ROBIN" | "LEAST_ACTIVE" | "RANDOM" | "WEIGHTED_RANDOM" | "CONSISTENT_HASH" | "FASTEST_RESPONSE" | "RECENT" | "BROADCAST" | "MANUAL";
        /** @description A moment in a JSON document: milliseconds since 1970, or text that [`read`] understands. */
        Moment: number | string;
        Named: {
            topic?: string | null;
            uid?: string | null;
        };
        NamedUser: {
            uid?: components["schemas"]["Uid"] | null;
        };
        NamedVisitor: {
            nickname?: string | null;
        };
        NewAgent: {
            /** @default  */
            avatar?: string;
            /** Format: uint32 */
            capacity?: number | null;
            /** @default  */
            nickname?: string;
            password: string;
            role?: components["schemas"]["Role"] | null;
            /** @description One is made if it is missing. */
            uid?: components["schemas"]["Uid"] | null;
            username: string;
        };
        /** @description A visitor who is not to be heard. */
        NewBlock: {
            /** @description The visitor. */
            blackUid: components["schemas"]["Uid"];
            /** @description Whether the address where the visitor was seen last is blocked too, or which address. */
            blockIp?: components["schemas"]["BlockIp"] | null;
            /** @description Until when; missing for ever. */
            endTime?: components["schemas"]["Moment"] | null;
            /** @default  */
            reason?: string;
            /** @description From when on: milliseconds, or a time in the desk's time zone; missing for from now on. */
            startTime?: components["schemas"]["Moment"] | null;
            /** @description The conversation; missing for the open one with the newest message. */
            threadTopic?: string | null;
            /** @description One is made if it is missing, of the header `Idempotency-Key` if there is one. */
            uid?: components["schemas"]["Uid"] | null;
        };
        /** @description A new question. */
        NewFaqRequest: {
            answer: string;
            /** @default  */
            category?: string;
            /**
             * @description Whether WELCOME offers it; it does if this is missing.
             * @default true
             */
            inWelcome?: boolean;
            question: string;
            /** @description The workgroup or agent whose visitors ask it. */
            serviceUid: components["schemas"]["Uid"];
            /** @description TEXT if it is missing. */
            type?: string | null;
            /** @description One is made if it is missing; the same uid again makes the question what it is now. */
            uid?: components["schemas"]["Uid"] | null;
        };
        NewHook: {
            /** @description Names of topics; all if it is missing. */
            events?: string[] | null;
            /** @description The workgroup that it answers for, if it is a robot. */
            robotOf?: components["schemas"]["Uid"] | null;
            /** @description One is made if it is missing. */
            uid?: components["schemas"]["Uid"] | null;
            url: string;
        };
        NewNotice: {
            businessId?: string | null;
            /** @default false */
            everybody?: boolean;
            /** Format: int64 */
            expiresAt?: number | null;
            /** @default  */
            link?: string;
            /** @default  */
            menuKey?: string;
            /** @default null */
            metaData?: {
                [key: string]: unknown;
            } | null;
            role?: components["schemas"]["Audience"] | null;
            /** @default  */
            text?: string;
            title: string;
            user?: components["schemas"]["Uid"] | null;
        };
        /** @description A new password of an agent. */
        NewPassword: {
            newPassword: string;
            uid: components["schemas"]["Uid"];
        };
        /** @description A new canned reply. */
        NewQuickReplyRequest: {
            /**
             * @description Its folder.
             * @default
             */
            category?: string;
            /** @description What is sent. */
            content: string;
            /** @description ORGANIZATION, WORKGROUP or AGENT, which is meant if it is missing. */
            level?: string | null;
            /**
             * @description What an agent types behind `/`.
             * @default
             */
            shortcut?: string;
            /**
             * @description What lists show.
             * @default
             */
            title?: string;
            /** @description The type of message that is sent: TEXT if it is missing. */
            type?: string | null;
            /** @description One is made if it is missing; the same uid again makes the reply what it is now. */
            uid?: components["schemas"]["Uid"] | null;
            /** @description The workgroup, where one is meant. */
            workgroupUid?: components["schemas"]["Uid"] | null;
        };
        /** @description Whose conversation is to be opened. */
        NewThread: {
            /** @description `org/agent/{the agent's own uid}/{visitor}`, or any conversation in which the agent takes part. */
            topic?: string | null;
            /** @description The same, as conversations show it. */
            user?: components["schemas"]["NamedUser"] | null;
            visitorUid?: components["schemas"]["Uid"] | null;
        };
        /** @description A word that is to be listed. */
        NewWord: {
            /** @description `BLOCK`, `MASK` or `LOG`. */
            action: string;
            /**
             * @description The list that it belongs to.
             * @default
             */
            category?: string;
            /** @description The word. */
            content: string;
            /** @description One is made if it is missing, of the header `Idempotency-Key` if there is one. */
            uid?: components["schemas"]["Uid"] | null;
            /**
             * @description Whether it counts only where no letter or digit goes on before or behind it.
             * @default false
             */
            wholeWord?: boolean;
        };
        /** @description Words that are to be listed alike. */
        NewWords: {
            /** @description `BLOCK`, `MASK` or `LOG`. */
            action: string;
            /**
             * @description The list that they belong to.
             * @default
             */
            category?: string;
            /** @description The words, at most 1000. */
            contents: string[];
            /**
             * @description Whether they count only where no letter or digit goes on before or behind them.
             * @default false
             */
            wholeWord?: boolean;
        };
        NewWorkgroup: {
            /** @default [] */
            agentUids?: components["schemas"]["Uid"][];
            name: string;
            /** @description One is made if it is missing. */
            uid?: components["schemas"]["Uid"] | null;
        };
        Node: {
            /**
             * Format: uint64
             * @description How long ago it was last heard, in milliseconds; none of this node.
             */
            heardMs?: number | null;
            /** @description This start of the node; none where it is alone. */
            id?: string | null;
            /** @description Whether it was lost, and no other node of its name has come: it has crashed, or is cut off. */
            missing: boolean;
            /** @description What it is called; others may be called the same. */
            name: string;
            /**
             * Format: int64
             * @description When it started, in milliseconds since 1970, by its own clock.
             */
            since: number;
            /** @description What it says of itself; none if it does not answer. */
            standing: components["schemas"]["Standing"] | null;
        };
        Nodes: {
            /** @description Whether this node hears the others. */
            bus: components["schemas"]["BusState"];
            /** @description This node first, then the others by name, then those that are missing. */
            nodes: components["schemas"]["Node"][];
        };
        /** @description A notice. */
        Notice: {
            content: string;
            /** Format: int64 */
            expiresAt: number | null;
            handlerUrl: string | null;
            id: string;
            menuKey: string | null;
            metaData: {
                [key: string]: unknown;
            } | null;
            ownerId: string;
            ownerIdentityId: string;
            pendingId: string | null;
            read: boolean;
            /** Format: int64 */
            readAt: number | null;
            /** Format: uint64 */
            seq: number;
            /** @description `yyyy-MM-dd HH:mm:ss` in the time zone of the desk. */
            time: string;
            /** Format: int64 */
            timestamp: number;
            title: string;
            userId: string;
        };
        /** @description What a page that listens to notices is shown. */
        NoticeFrame: {
            data: components["schemas"]["NoticeFrameData"];
            fromUserId: string | null;
            fromUserName: string | null;
        };
        NoticeFrameData: {
            extraData: unknown;
            /** @description Unread notices of each menu. */
            menuTipsMap: {
                [key: string]: number;
            } | null;
            /**
             * Format: uint64
             * @description Connected users, for those who may know.
             */
            onlineUserNums: number | null;
            /** @description The newest. */
            sysMsgList: components["schemas"]["Notice"][] | null;
            /**
             * Format: uint64
             * @description Unread notices.
             */
            sysMsgNums: number | null;
        };
        /** @description A page of notices, newest first. */
        NoticesAnswer: {
            content: components["schemas"]["Notice"][];
            /**
             * Format: uint64
             * @description What to ask for next as `before`; none at the end.
             */
            next: number | null;
        };
        NoticesRead: {
            /** @description All of them. */
            all?: boolean;
            /** @description The id of a notice. */
            id?: number | string;
            ids?: (number | string)[];
            /** @description With `all`: those of this menu. */
            menuKey?: string | null;
            /** @description With `all`: up to this one. */
            upToSeq?: number | null;
        };
        OpenRequest: {
            /** @default  */
            channel?: string;
            /**
             * @description Whether a person is to answer, also where a robot does.
             * @default null
             */
            forceAgent?: boolean | null;
            orgUid?: components["schemas"]["Uid"] | null;
            sid: components["schemas"]["Uid"];
            /** @description 0 or `AGENT`, 1 or `WORKGROUP`. */
            type: components["schemas"]["ServiceType"];
            uid?: string | null;
            visitorUid?: string | null;
        };
        /** @description An order card: what was offered, and what has become of it. What the offer said beside these members is there too. */
        OrderCard: {
            /**
             * Format: uint64
             * @description The place of its message.
             */
            msgId: number;
            /** @description The uid of its message. */
            msgNo: string;
            /**
             * Format: int64
             * @description The number of the conversation.
             */
            sessionId: number;
            topic: string;
        };
        Organisation: {
            uid: string;
        };
        Overview: {
            /**
             * Format: int64
             * @description Now, in milliseconds since 1970.
             */
            at: number;
            connections: components["schemas"]["ConnectionsOverview"];
            latency: components["schemas"]["LatencyOverview"];
            /** @description The bounds that somebody ran into. */
            limits: components["schemas"]["LimitHits"][];
            /**
             * Format: uint64
             * @description Resident memory in bytes; missing where the system does not tell.
             */
            memoryBytes: number | null;
            /**
             * Format: uint64
             * @description Outboxes that grew over their bound.
             */
            outboxOverflows: number;
            /** @description The course, a point every two seconds, the oldest first. */
            points: components["schemas"]["CoursePoint"][];
            queues: components["schemas"]["QueuesOverview"];
            rates: components["schemas"]["RatesOverview"];
            /** Format: int64 */
            startedAt: number;
            store: components["schemas"]["StoreOverview"];
            version: string;
        };
        /** @description A page. */
        PageOfBlockAnswer: {
            content: components["schemas"]["BlockAnswer"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfBrowsingRow: {
            content: components["schemas"]["BrowsingRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfChannelRow: {
            content: components["schemas"]["ChannelRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfColleague: {
            content: components["schemas"]["Colleague"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfColleaguePresence: {
            content: components["schemas"]["ColleaguePresence"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfFaqRow: {
            content: components["schemas"]["FaqRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfListed: {
            content: components["schemas"]["Listed"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfMessage: {
            content: components["schemas"]["Message"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfQuickReplyRow: {
            content: components["schemas"]["QuickReplyRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfSessionRow: {
            content: components["schemas"]["SessionRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfThread: {
            content: components["schemas"]["Thread"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfWordAnswer: {
            content: components["schemas"]["WordAnswer"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page. */
        PageOfWorkgroupRow: {
            content: components["schemas"]["WorkgroupRow"][];
            empty: boolean;
            first: boolean;
            last: boolean;
            /** Format: uint32 */
            number: number;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
            /** Format: uint64 */
            totalElements: number;
            /** Format: uint64 */
            totalPages: number;
        };
        /** @description A page that a visitor has looked at. */
        PageViewRow: {
            createdAt: string;
            referrer: string;
            title: string;
            url: string;
        };
        /** @description A password, and the one that is to take its place. */
        PasswordChange: {
            newPassword: string;
            oldPassword: string;
        };
        /** @description Percentiles in milliseconds; missing where nothing was measured. */
        Percentiles: {
            /** Format: uint64 */
            count: number;
            /** Format: double */
            p50: number | null;
            /** Format: double */
            p95: number | null;
            /** Format: double */
            p99: number | null;
        };
        /** @description Somebody, as messages show people. */
        Person: {
            avatar: string;
            nickname: string;
            /** @description `VISITOR`, `AGENT`, `SYSTEM` and so on. */
            type: string;
            uid: string;
        };
        /** @description How long a device without a connection keeps its agent online. */
        PollingLease: {
            /**
             * Format: uint64
             * @description Seconds until its agent is no longer online by it, unless it says again that it is there.
             */
            leaseS: number;
        };
        /** @description A device without a connection. */
        PollingRequest: {
            /** @description What it calls itself, other than all others of the agent: 1 to 128 bytes. */
            device: string;
        };
        Posted: {
            id: string;
            /**
             * Format: uint64
             * @description How many users have it.
             */
            recipients: number;
            /** @description Whether it had been posted before. */
            repeated: boolean;
            /**
             * Format: int64
             * @description When it was posted first, in milliseconds since 1970.
             */
            timestamp: number;
        };
        /** @description Whether a user is there. */
        Presence: {
            /**
             * Format: uint
             * @description Connections that keep it so, on all nodes that answer within a second.
             */
            activeCount: number;
            online: boolean;
        };
        /** @description What the server is, as clients of Bytedesk read it. */
        Properties: {
            custom: components["schemas"]["Custom"];
            debug: boolean;
            features: components["schemas"]["Features"];
            version: string;
        };
        /** @description Connections of a protocol. */
        ProtocolCount: {
            /** Format: uint64 */
            count: number;
            /** @description stomp, sockjs or mqtt. */
            protocol: string;
        };
        Pushed: {
            /**
             * Format: uint
             * @description Connections that listen there now, on all nodes that answer within a second; none for a queue, in which the message may
             *     wait for one. MQTT sessions that keep what is said on a topic are counted on the node that is asked.
             */
            sessions?: number | null;
        };
        PushRequest: {
            destination: string;
            payload: unknown;
        };
        /** @description What waits. */
        QueuesOverview: {
            /**
             * Format: uint
             * @description Writes that wait for their commit.
             */
            commits: number;
            /**
             * Format: uint64
             * @description Messages that wait for MQTT sessions, or for their acknowledgement.
             */
            mailboxMessages: number;
            /**
             * Format: uint
             * @description How many may.
             */
            mostCommits: number;
            /**
             * Format: uint64
             * @description MQTT sessions that outlive their connections.
             */
            mqttSessions: number;
            /**
             * Format: uint64
             * @description Messages in work queues and of durable subscriptions.
             */
            queuedMessages: number;
            /** Format: uint64 */
            retainedMessages: number;
            /** Format: uint64 */
            workQueues: number;
        };
        QuickReplyName: {
            uid: components["schemas"]["Uid"];
        };
        /** @description A canned reply. */
        QuickReplyRow: {
            category: string;
            content: string;
            createdAt: string;
            /** @description ORGANIZATION, WORKGROUP or AGENT. */
            level: string;
            orgUid: components["schemas"]["Uid"];
            /** @description The organisation, workgroup or agent that it belongs to. */
            ownerUid: components["schemas"]["Uid"];
            shortcut: string;
            title: string;
            type: string;
            uid: components["schemas"]["Uid"];
            updatedAt: string;
        };
        /** @description What changes about a canned reply; what is left out stays. */
        QuickReplyUpdate: {
            category?: string | null;
            content?: string | null;
            shortcut?: string | null;
            title?: string | null;
            type?: string | null;
            uid: components["schemas"]["Uid"];
        };
        /** @description Messages per second of the last minute. */
        RatesOverview: {
            /** Format: double */
            received: number;
            /** Format: double */
            sent: number;
        };
        /** @description Which conversation a form is about, and which message it answers. */
        RatingForm: {
            /** @default null */
            content?: string | null;
            /**
             * @description The message that asked for it.
             * @default
             */
            messageUid?: string;
            /**
             * @description Whether the question was answered.
             * @default null
             */
            resolved?: boolean | null;
            /**
             * Format: uint8
             * @description From 1 to 5.
             */
            score: number;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            /** @description Names the rating. */
            uid?: string | null;
            /** @description The visitor who has no token. */
            visitorUid?: string | null;
        };
        /** @description What a visitor has said about one service. */
        RatingRow: {
            agentUid: components["schemas"]["Uid"] | null;
            content: string;
            /** @description When the visitor first rated it. */
            createdAt: string;
            /** @description When the service began. */
            openedAt: string;
            /** @description Whether its question was answered, if it said. */
            resolved: boolean | null;
            /**
             * Format: uint8
             * @description From 1 to 5.
             */
            score: number;
            serviceUid: components["schemas"]["Uid"];
            status: string;
            threadTopic: string;
            threadUid: components["schemas"]["Uid"];
        };
        /** @description How the reader's numbers are now. */
        Read: {
            menuTipsMap: {
                [key: string]: number;
            };
            /**
             * Format: uint64
             * @description How many notices are read now that were not.
             */
            read: number;
            /** Format: uint64 */
            sysMsgNums: number;
        };
        /** @description Whether a node may be sent clients. */
        Readiness: "READY" | "UNREADY" | "DRAINING";
        RelayedTrace: {
            /** Format: int64 */
            at: number;
            /** @description The node that the session is on. */
            node: string;
            protocol: string;
            sessionId: string;
            user: components["schemas"]["Uid"];
        };
        Replay: {
            /**
             * Format: int64
             * @description The number of a letter; all if it is missing.
             */
            event?: number | null;
            uid: components["schemas"]["Uid"];
        };
        Replayed: {
            /** Format: uint */
            replayed: number;
        };
        ReportLine: {
            agent?: string;
            assigned: number;
            closed: number;
            csat?: number | null;
            handled: number;
            handlingMs: number;
            meanHandlingMs?: number | null;
            meanResponseMs?: number | null;
            meanScore?: number | null;
            meanWaitMs?: number | null;
            missed: number;
            opened: number;
            queued: number;
            rated: number;
            resolved: number;
            responded: number;
            responseMs: number;
            satisfied: number;
            score: number;
            serviceMessages: number;
            /** @description When the hour or day begins, in milliseconds. */
            time?: number;
            visitorMessages: number;
            waited: number;
            waitMs: number;
            workgroup?: string;
        };
        ResumeRequest: {
            accessToken: string;
        };
        /** @description How long closed conversations are kept. */
        RetentionAnswer: {
            /**
             * Format: uint32
             * @description Days that a conversation is kept after it was closed; null for ever.
             */
            days: number | null;
            /**
             * Format: uint
             * @description Conversations that are to be deleted at the next look, with the days that were asked about or else set.
             */
            due: number;
            /** @description Whether there are more of them than are counted. */
            dueHasMore: boolean;
            /**
             * Format: uint64
             * @description Seconds from one look for conversations to delete to the next.
             */
            everyS: number;
            /**
             * Format: uint32
             * @description The least days that can be set.
             */
            leastDays: number;
            /**
             * Format: uint32
             * @description The most.
             */
            mostDays: number;
        };
        RetentionChange: {
            /**
             * Format: uint32
             * @description Days that a conversation is kept after it was closed; null for ever.
             */
            days?: number | null;
        };
        /** @description What a principal may do in principle; what it may do to one topic is the gateway's question. */
        Role: "VISITOR" | "AGENT" | "SUPERVISOR" | "ADMIN" | "SERVICE";
        /** @description How a service is routed to. */
        RoutingState: {
            /** @description What routing knows of its agents. */
            agents: components["schemas"]["Candidate"][];
            /** @description Whether it is open. */
            open: boolean;
            /** @description By what rule. */
            routing: components["schemas"]["Mode"];
            /**
             * Format: uint64
             * @description How many wait.
             */
            waiting: number;
        };
        /** @description Whose messages are looked at besides visitors'. */
        Scope: {
            /** @description Those of agents, supervisors and administrators. */
            checkAgents: boolean;
            /** @description Those of robots. */
            checkRobots: boolean;
        };
        /** @description A page of what was found. */
        SearchAnswer: {
            content: components["schemas"]["Hit"][];
            empty: boolean;
            last: boolean;
            /** @description The `cursor` of the next page. */
            next: string | null;
            /** Format: uint */
            numberOfElements: number;
            /** Format: uint32 */
            size: number;
        };
        SelfTest: {
            /** @description Whether every step went well. */
            passed: boolean;
            steps: components["schemas"]["TestStep"][];
        };
        /** @description `{"json": "<message as JSON text>"}`: how both HTTP fallbacks send. */
        SendRequest: {
            json: string;
        };
        ServiceKeyChange: {
            /** @description What administrators call it: 1 to 100 characters. */
            name: string;
            /** @description The key. */
            uid: components["schemas"]["Uid"];
        };
        ServiceKeyName: {
            /** @description The key. */
            uid: components["schemas"]["Uid"];
        };
        /** @description A key by which a program acts as a service of the organisation. Times are milliseconds since 1970. */
        ServiceKeyRow: {
            /** @description Whether it is an account of the configuration, which cannot be changed here. */
            configured: boolean;
            /** Format: int64 */
            createdAt?: number | null;
            /** @description The administrator who has made it. */
            createdBy?: components["schemas"]["Uid"] | null;
            /**
             * Format: int64
             * @description From when on it lets nobody in; never if it is missing.
             */
            expiresAt?: number | null;
            /**
             * Format: int64
             * @description When it was last shown.
             */
            lastUsedAt?: number | null;
            /** @description What administrators call it. */
            name: string;
            /** @description How its secret begins. */
            prefix?: string | null;
            /** @description The secret; told once. */
            secret?: string | null;
            /** @description What is shown in front of the secret: the login of STOMP, the user name of MQTT. */
            uid: components["schemas"]["Uid"];
        };
        ServiceKeyToMake: {
            /**
             * Format: int64
             * @description From when on it lets nobody in, in milliseconds since 1970; never if it is missing.
             */
            expiresAt?: number | null;
            /** @description What administrators call it: 1 to 100 characters. */
            name: string;
        };
        /** @description Who answers. */
        ServiceKind: "workgroup" | "agent";
        /** @description The settings of a service: a workgroup, or an agent who is asked for by name. What is not set has its default. */
        ServiceSettings: {
            /**
             * @description What a visitor reads when an agent closes the conversation.
             * @default null
             */
            agentClosed: string | null;
            /**
             * @description What a visitor who has waited reads before that, as a SYSTEM line; none for nothing.
             * @default null
             */
            agentJoined: string | null;
            /**
             * @description What a visitor reads when it closes by itself.
             * @default null
             */
            autoClosed: string | null;
            /**
             * Format: uint32
             * @description How long a visitor may leave an agent's reply unanswered, in minutes; 0 for ever.
             * @default 25
             */
            autoCloseMin: number;
            /**
             * @description What is answered by itself.
             * @default {
             *       "content": "",
             *       "enabled": false,
             *       "outsideHours": false,
             *       "pauseS": 60,
             *       "rules": [],
             *       "type": "FIXED"
             *     }
             */
            autoReply: components["schemas"]["AutoReply"];
            /**
             * @description Whether it serves anybody; if not it is closed, whatever its hours.
             * @default true
             */
            available: boolean;
            /**
             * Format: uint32
             * @description What one place in the queue takes, in seconds: for the estimate that visitors are told.
             * @default 60
             */
            averageWaitS: number;
            /**
             * @description Whether what was said may be changed.
             * @default true
             */
            edit: boolean;
            /**
             * Format: uint32
             * @description How long a visitor may change what it has said, in seconds; 0 for ever.
             * @default 120
             */
            editS: number;
            /**
             * @description When it is open.
             * @default {
             *       "extraDays": [],
             *       "holidays": [],
             *       "shifts": []
             *     }
             */
            hours: components["schemas"]["Hours"];
            /**
             * Format: uint32
             * @description How long an agent may leave an invitation unanswered, in seconds.
             * @default 300
             */
            inviteTimeoutS: number;
            /**
             * Format: uint32
             * @description How long a visitor may leave the question unanswered whether it wants to chat, in seconds.
             * @default 300
             */
            inviteVisitorTimeoutS: number;
            /**
             * @description What a visitor reads when nobody is there.
             * @default null
             */
            leaveMessage: string | null;
            /**
             * Format: uint
             * @description Most colleagues who help in one conversation.
             * @default 3
             */
            maxHelpers: number;
            /**
             * Format: uint64
             * @description How many may wait.
             * @default 10000
             */
            maxWaiting: number;
            /**
             * Format: uint32
             * @description How long a visitor waits at most, in seconds.
             * @default 86400
             */
            maxWaitS: number;
            /**
             * Format: uint32
             * @description How long an order card is pending that does not say so itself, in seconds.
             * @default 60
             */
            orderCardS: number;
            /**
             * @description The workgroup that takes over where it is closed, nobody is there, or all are busy.
             * @default null
             */
            overflow: components["schemas"]["Uid"] | null;
            /**
             * @description Whether agents see what a visitor writes before it is sent. Tell your visitors if they do.
             * @default false
             */
            preview: boolean;
            /**
             * @description What a visitor reads who has to wait.
             * @default null
             */
            queue: string | null;
            /**
             * Format: uint32
             * @description How long a visitor may change its rating, in minutes.
             * @default 1440
             */
            rateChangeMin: number;
            /**
             * @description What the visitor is asked then, or by an agent who leaves it open.
             * @default null
             */
            rateInvite: string | null;
            /**
             * Format: uint
             * @description Messages after which a visitor may rate without being asked.
             * @default 3
             */
            rateMinMessages: number;
            /**
             * @description Whether the visitor is asked for a rating when a conversation is closed in which an agent has answered.
             * @default false
             */
            rateOnClose: boolean;
            /**
             * Format: uint32
             * @description How long a visitor may recall what it has said, in seconds; 0 for ever.
             * @default 120
             */
            recallS: number;
            /**
             * Format: uint32
             * @description How long an agent may leave a visitor unanswered before it is reminded, in minutes; 0 for ever.
             * @default 5
             */
            remindMin: number;
            /**
             * @description What a visitor reads who comes back to an open conversation.
             * @default null
             */
            resume: string | null;
            /**
             * Format: uint32
             * @description How long a visitor may say nothing to a robot, in minutes; 0 for ever.
             * @default 30
             */
            robotIdleMin: number;
            /**
             * @description Whether people get the conversation then, instead of its being closed.
             * @default false
             */
            robotIdleToPeople: boolean;
            /**
             * @description By what rule it chooses an agent.
             * @default LEAST_ACTIVE
             */
            routing: components["schemas"]["Mode"];
            /**
             * Format: uint32
             * @description How long those at the desk may, in seconds; 0 for ever.
             * @default 86400
             */
            staffEditS: number;
            /**
             * Format: uint32
             * @description How long those at the desk may, in seconds; 0 for ever.
             * @default 86400
             */
            staffRecallS: number;
            /**
             * Format: uint32
             * @description How long an agent may leave a transfer unanswered, in seconds.
             * @default 30
             */
            transferTimeoutS: number;
            /**
             * @description What an agent says first; none for the desk's own words. As the next ones.
             * @default null
             */
            welcome: string | null;
            /**
             * @description Questions that are offered with it.
             * @default []
             */
            welcomeFaqs: components["schemas"]["Faq"][];
        };
        /** @description How the type of a service is spelled. */
        ServiceType: number | string;
        /** @description A session, or a connection whose client has not been let in. */
        SessionRow: {
            /** Format: ip */
            address: string | null;
            protocol: string;
            role: components["schemas"]["Role"] | null;
            sessionId: string | null;
            subscriptions: components["schemas"]["SubscriptionRow"][];
            user: string | null;
        };
        /** @description A key of the configuration. */
        Setting: {
            /** @description Whether it is what it would be if nobody had set it. */
            isDefault: boolean;
            /** @description Empty for a section that is a list. */
            key: string;
            section: string;
            value: unknown;
        };
        SettingsChange: {
            /** @description The settings that change. */
            settings: components["schemas"]["ServiceSettings"];
            /** @description The workgroup or agent. */
            uid: components["schemas"]["Uid"];
        };
        /** @description A time of day on some days of the week. One that ends before it begins lasts until the next day. */
        Shift: {
            /** @description Days of the week, Monday is 1 and Sunday 7. */
            days: number[];
            /** @description When it begins. */
            from: string;
            /** @description When it is over; midnight is the end of the day. */
            to: string;
        };
        /** @description A channel as a visitor sees it, in its language. */
        ShownChannel: {
            /** @description Whether visitors are asked for their name. */
            askName: boolean;
            /** @description The shop's colour as `#rrggbb`, or empty. */
            brand: string;
            /** @description Its uid. */
            channel: components["schemas"]["Uid"];
            /** @description Questions with answers. */
            faqs: components["schemas"]["ShownFaq"][];
            /** @description What a visitor reads first; empty for the panel's own words. */
            greeting: string;
            /** @description When the services are open, in words; empty if they always are, or if they differ. */
            hours: string;
            /** @description Whether the shop says who its visitors are. */
            identity: components["schemas"]["IdentityRule"];
            /** @description Whether somebody is there now: a service is open and has an agent who is available, or a robot. */
            open: boolean;
            /** @description uid of the organisation. */
            organisation: components["schemas"]["Uid"];
            /** @description Address of the shop's privacy policy, or empty. */
            privacyUrl: string;
            /** @description Who may be asked, in the order to choose from. */
            services: components["schemas"]["ShownService"][];
            /** @description Where the button stands. */
            side: components["schemas"]["Side"];
            /** @description The title of the panel. */
            title: string;
        };
        /** @description A question. */
        ShownFaq: {
            /** @description The answer as text; empty for one that is to be asked. */
            answer: string;
            /** @description Its uid. */
            id: string;
            /** @description The question. */
            question: string;
        };
        /** @description Somebody whom visitors may ask for, as they see it. */
        ShownService: {
            /** @description What it is for; may be empty. */
            description: string;
            /** @description The workgroup or agent. */
            id: components["schemas"]["Uid"];
            /** @description What it is. */
            kind: components["schemas"]["ServiceKind"];
            /** @description Its name. */
            name: string;
        };
        /** @description The side of the page on which the button stands. */
        Side: "left" | "right";
        /** @description How a node is. */
        Standing: {
            /** @description Whether it hears the other nodes by Redis. */
            bus: components["schemas"]["BusState"];
            /** @description The connections by protocol, without those that nobody speaks. */
            byProtocol: components["schemas"]["ProtocolCount"][];
            /**
             * Format: uint64
             * @description Connections that speak STOMP or MQTT.
             */
            connections: number;
            /**
             * Format: double
             * @description How old hints of other nodes are when they come, of the last minutes in milliseconds; none if none came.
             */
            lagP95Ms: number | null;
            /** @description Where it listens, as it was told to. */
            listeners: string[];
            /**
             * Format: uint64
             * @description How many sockets it may have.
             */
            mostConnections: number;
            readiness: components["schemas"]["Readiness"];
            /**
             * Format: int64
             * @description When it began to serve, in milliseconds since 1970, by its own clock.
             */
            startedAt: number;
            store: components["schemas"]["StoreStanding"];
            /** @description The release that it runs. */
            version: string;
        };
        StatusRequest: {
            status: string;
        };
        /** @description The database. */
        StoreOverview: {
            /**
             * Format: uint64
             * @description Bytes of its file, or of the database on its server.
             */
            fileBytes: number;
            /** @description sqlite or postgresql. */
            kind: string;
            /**
             * Format: uint64
             * @description Bytes of its write-ahead log, which holds the newest; 0 on PostgreSQL, where it is the server's.
             */
            logBytes: number;
        };
        /** @description A node's way to its database. */
        StoreStanding: {
            /**
             * Format: double
             * @description How long transactions took in the last minutes, in milliseconds; none if there were none.
             */
            commitP95Ms: number | null;
            /** @description sqlite or postgresql. */
            kind: string;
            /** @description Whether a write has reached it in time. */
            up: boolean;
            /**
             * Format: double
             * @description How long that write took, in milliseconds.
             */
            writeMs: number;
        };
        SubscriptionRow: {
            id: string | null;
            topic: string;
        };
        /** @description A conversation by its topic or uid, as clients of different years spell it. */
        SupervisionRequest: {
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            uid?: string | null;
        };
        Switch: {
            active: boolean;
            uid: components["schemas"]["Uid"];
        };
        /** @description What an agent does with a left message. */
        Tending: {
            /** @description Names the answer. */
            messageUid?: string | null;
            /** @description To whom it goes. */
            receiverUid?: components["schemas"]["Uid"] | null;
            /** @description The answer. */
            reply?: string | null;
            status?: string | null;
            uid: components["schemas"]["Uid"];
        };
        TestStep: {
            error?: string | null;
            /** Format: double */
            ms: number;
            /** @description write: something reached the disk; read: something came from there; hub: a message passed the committer and the hub. */
            name: string;
            passed: boolean;
        };
        /** @description A conversation. */
        Thread: {
            /** @description Who has it: a JSON document in a string. */
            agent?: string | null;
            channel: string;
            /** @description Of its newest message. */
            content: string | null;
            createdAt: string;
            extra: string;
            /** @description Its newest message; null where nothing was said. */
            lastMessage: components["schemas"]["LastMessage"] | null;
            orgUid: string;
            /** @description The uid of the agent who has it. */
            owner: string | null;
            /**
             * Format: int64
             * @description Its number.
             */
            sessionId: number;
            /** @description Its number with its day. */
            sessionNo: string;
            /** @description `NEW`, `ROBOTING`, `QUEUING`, `CHATTING`, `OFFLINE`, `TIMEOUT` or `CLOSED`. */
            status: string;
            topic: string;
            /** @description `AGENT` or `WORKGROUP`; notes have a type of their own. */
            type: string;
            uid: string;
            unread: boolean;
            /** Format: uint64 */
            unreadCount: number;
            updatedAt: string;
            /** @description The visitor. */
            user: components["schemas"]["Person"];
            /**
             * Format: int64
             * @description Since when the visitor waits, in milliseconds since 1970: in the queue, or for an answer; null if it does not. For
             *     those at the desk.
             */
            waitingSince?: number | null;
        };
        /** @description A conversation as it was when a message was said. */
        ThreadOfMessage: {
            channel: string;
            extra: string;
            /** @description `NEW`, `ROBOTING`, `QUEUING`, `CHATTING`, `OFFLINE`, `TIMEOUT` or `CLOSED`. */
            status: string;
            topic: string;
            /** @description `AGENT` or `WORKGROUP`. */
            type: string;
            uid: string;
            /** @description The visitor. */
            user?: components["schemas"]["Person"] | null;
        };
        /** @description A conversation by its topic or uid, as clients of different years spell it. */
        ThreadRequest: {
            /** @default  */
            content?: string;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            uid?: string | null;
        };
        /** @description A conversation by its topic or uid, as clients of different years spell it. */
        ThreadStatusRequest: {
            /** @description CHATTING or CLOSED. */
            status: string;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            uid?: string | null;
        };
        /** @description What changes about a conversation; what is left out stays. */
        ThreadUpdate: {
            /**
             * @description Folded away.
             * @default null
             */
            fold?: boolean | null;
            /**
             * @description Out of the agent's list until something is said.
             * @default null
             */
            hide?: boolean | null;
            /**
             * @description Without a sound.
             * @default null
             */
            mute?: boolean | null;
            /**
             * @description A note for all at the desk.
             * @default null
             */
            note?: string | null;
            /**
             * @description Starred: true, or a colour from 1 to 9.
             * @default null
             */
            star?: unknown;
            /**
             * @description All of its tags.
             * @default null
             */
            tagList?: string[] | null;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /**
             * @description Above the others in the agent's list.
             * @default null
             */
            top?: boolean | null;
            /** @default null */
            topic?: string | null;
            /**
             * @description The conversation's uid.
             * @default null
             */
            uid?: string | null;
            /**
             * @description As if the agent had not read it, until it reads on.
             * @default null
             */
            unread?: boolean | null;
            /**
             * Format: uint64
             * @description Older clients count: more than none is unread.
             * @default null
             */
            unreadCount?: number | null;
            /** @description How its visitor is called. */
            user?: components["schemas"]["NamedVisitor"] | null;
        };
        Trace: {
            /** @description How it came; known of the last messages while the server runs. Several if it was sent again. */
            accepted: components["schemas"]["AcceptedTrace"][];
            /** Format: int64 */
            committedAt: number;
            /**
             * Format: int64
             * @description Its place: the number of the log, the position there, and when it was committed.
             */
            log: number;
            /** @description How far everybody in the conversation is now, from the store. */
            members: components["schemas"]["MemberTrace"][];
            /** @description Whether it was recalled. */
            recalled: boolean;
            /** @description The sessions that it was written for; known of the last deliveries while the server runs. */
            relayed: components["schemas"]["RelayedTrace"][];
            sender: components["schemas"]["Uid"];
            /** Format: uint64 */
            seq: number;
            status: string;
            topic: string;
            type: string;
            uid: string;
            /** @description The nodes that have not answered: how it went there is not known. */
            unanswered: string[];
        };
        /** @description The name of a visitor, agent, organisation, workgroup, service account or thread. */
        Uid: string;
        /** @description What an upload is answered. */
        UploadAnswer: {
            channel: string;
            fileName: string;
            /** Format: uint64 */
            fileSize: number;
            fileType: string;
            /** @description Opens the file for a while; without its query it is what readers with a token use. */
            fileUrl: string;
            /** @description SHA-256. */
            hash: string;
            /** Format: uint32 */
            height: number | null;
            mimeType: string;
            status: string;
            /** @description Opens a small picture of it; of a small picture itself. */
            thumbnail: string | null;
            uid: string;
            /** Format: uint32 */
            width: number | null;
        };
        /** @description What an upload is made of. */
        UploadForm: {
            /** @description From where it is sent. */
            client?: string | null;
            /**
             * Format: binary
             * @description The file. Its part may come after the others.
             */
            file: string;
            /** @description The organisation, to be sure. */
            orgUid?: string | null;
            /** @description The visitor who has no token. */
            visitorUid?: string | null;
        };
        /** @description What may be uploaded. */
        UploadRules: {
            /** @description Groups of kinds (`image`, `pdf` …) and media types that may come. */
            allowedTypes: string[];
            /**
             * Format: uint64
             * @description Bytes of a file.
             */
            maxFileSize: number;
        };
        /** @description A conversation by its topic or uid, as clients of different years spell it. */
        VisitorCloseRequest: {
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
            uid?: string | null;
        };
        /** @description A visitor, for those at the desk. */
        VisitorRow: {
            avatar: string;
            channel: string;
            /** @description When it first introduced itself; none if that was before this was kept. */
            createdAt: string | null;
            deviceInfo: components["schemas"]["DeviceInfo"];
            email: string;
            extra: string;
            lang: string;
            mobile: string;
            nickname: string;
            /** @description What the desk has noted; its visitor never sees it. */
            note: string;
            orgUid: components["schemas"]["Uid"];
            referrer: string;
            /** @description ONLINE or OFFLINE. */
            status: string;
            /** @description Tags that the desk has given. */
            tagList: string[];
            title: string;
            type: string;
            uid: components["schemas"]["Uid"];
            /** @description When it last did. */
            updatedAt: string | null;
            url: string;
            /** @description The shop's id of it. */
            userId: string;
            /**
             * @description Which of this the shop's server has signed: `userId`, `nickname`, `avatar`, `email`, `mobile`, and members of `extra` as
             *     `extra.plan`. Everything else is what the page says.
             */
            verified: string[];
            vipLevel: string;
        };
        /** @description What is corrected of a visitor; what is left out stays. */
        VisitorUpdate: {
            /** @description Its e-mail address. */
            email?: string | null;
            /** @description Its mobile number. */
            mobile?: string | null;
            /** @description Its name, also in its conversations. */
            nickname?: string | null;
            /** @description What the desk notes about it. */
            note?: string | null;
            /** @description All of its tags. */
            tagList?: string[] | null;
            /** @description The visitor. */
            uid: components["schemas"]["Uid"];
        };
        WebhookName: {
            uid: components["schemas"]["Uid"];
        };
        WeightRequest: {
            agentUid: components["schemas"]["Uid"];
            /** Format: uint32 */
            weight: number;
            workgroupUid: components["schemas"]["Uid"];
        };
        /** @description A conversation by its topic or uid, as clients of different years spell it. */
        Whisper: {
            content: string;
            thread?: components["schemas"]["Named"] | null;
            /** @default null */
            threadTopic?: string | null;
            /** @default null */
            threadUid?: string | null;
            /** @default null */
            topic?: string | null;
        };
        WithdrawRequest: {
            businessId?: string | null;
            id?: string | null;
        };
        /** @description A word of the list. */
        WordAnswer: {
            action: string;
            category: string;
            content: string;
            /** Format: int64 */
            createdAt: number;
            /** @description The administrator who entered it. */
            createdBy: components["schemas"]["Uid"];
            enabled: boolean;
            orgUid: components["schemas"]["Uid"];
            uid: components["schemas"]["Uid"];
            /** Format: int64 */
            updatedAt: number;
            wholeWord: boolean;
        };
        /** @description A text in each language. */
        Wording: {
            /**
             * @description In English.
             * @default
             */
            en: string;
            /**
             * @description In Chinese.
             * @default
             */
            "zh-CN": string;
        };
        /** @description Which word. */
        WordName: {
            uid: components["schemas"]["Uid"];
        };
        /** @description What is to be otherwise with a word; what is missing stays. */
        WordUpdate: {
            action?: string | null;
            category?: string | null;
            content?: string | null;
            /** @description Whether it counts. */
            enabled?: boolean | null;
            uid: components["schemas"]["Uid"];
            wholeWord?: boolean | null;
        };
        /** @description A workgroup. */
        WorkgroupRow: {
            /** @description Its agents, in their order. */
            agents: components["schemas"]["AgentUser"][];
            nickname: string;
            orgUid: components["schemas"]["Uid"];
            /** @description AVAILABLE, or OFFLINE when an administrator has closed it. */
            status: string;
            uid: components["schemas"]["Uid"];
        };
        /** @description Whether a workgroup serves anybody. */
        WorkgroupStatus: {
            /** @description AVAILABLE; with BUSY, AWAY, REST or OFFLINE it is closed, and visitors leave messages. */
            status: string;
            uid: components["schemas"]["Uid"];
        };
        /** @description What changes about a workgroup; what is left out stays. */
        WorkgroupUpdate: {
            /** @description All of its agents, in their order. Who stays keeps its weight. */
            agentUids?: components["schemas"]["Uid"][] | null;
            name?: string | null;
            uid: components["schemas"]["Uid"];
        };
    };
    responses: {
        /** @description No valid token or credentials. */
        Status401: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "not_signed_in" | "token_expired" | "token_revoked" | "wrong_password";
                };
            };
        };
        /** @description Not for this caller. */
        Status403: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "forbidden";
                };
            };
        };
        /** @description There is nothing here. */
        Status404: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "not_found";
                };
            };
        };
        /** @description The path has other methods. */
        Status405: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "method_not_allowed";
                };
            };
        };
        /** @description The same request is being answered. */
        Status409: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "key_in_use";
                };
            };
        };
        /** @description Too large. */
        Status413: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "too_large";
                };
            };
        };
        /** @description The idempotency key came with another request. */
        Status422: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "key_reused";
                };
            };
        };
        /** @description Too fast, or locked for a while. */
        Status429: {
            headers: {
                /** @description When to try again, in seconds. */
                "Retry-After"?: number;
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "locked" | "too_fast";
                };
            };
        };
        /** @description The server's fault. */
        Status500: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "internal";
                };
            };
        };
        /** @description Busy: send it again. */
        Status503: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Failure"] & {
                    /** @enum {unknown} */
                    error?: "busy";
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    get: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
        };
    };
    getAdminSessions: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                /** @description Sessions of this user only. */
                user?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfSessionRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAgent"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AgentUser"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getAgentQueryOrg: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfColleague"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getAgentQueryUid: {
        parameters: {
            query: {
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Colleague"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgentUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AgentUser"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdateAutoreply: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AutoReplyRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AutoReply"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdateDuty: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DutyRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AgentUser"] | null;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdateEnabled: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EnabledRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdatePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPassword"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAgentUpdateStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StatusRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AgentUser"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getAuditQuery: {
        parameters: {
            query?: {
                /** @description This action, or all of a kind: `webhook` is also `webhook.create`. */
                action?: string;
                /** @description Of this person only. */
                actor?: components["schemas"]["Uid"];
                /** @description Only entries before the one of this number. */
                before?: number;
                /** @description Only what was done (true) or refused (false). */
                done?: boolean;
                /** @description Not before this time, in milliseconds since 1970. */
                from?: number;
                /** @description Entries of the page, at most 100. */
                size?: number;
                /** @description Before this time. */
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AuditPage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postBlackCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewBlock"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["BlockAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postBlackDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BlockName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["BlockAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getBlackExistsVisitor: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                visitor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getBlackQuery: {
        parameters: {
            query?: {
                /** @description Only those that are not over. */
                active?: boolean;
                /** @description Only those of this visitor. */
                blackUid?: components["schemas"]["Uid"];
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfBlockAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postBlackUnblockVisitor: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path: {
                visitor: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postChannelCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelToMake"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ChannelRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postChannelDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getChannelQueryOrg: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfChannelRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getChannelQueryUid: {
        parameters: {
            query: {
                /** @description The channel. */
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ChannelRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postChannelSecret: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ChannelRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postChannelUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChannelChange"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ChannelRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postConnectionPollingEnd: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PollingRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postConnectionPollingRenew: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PollingRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PollingLease"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getConnectionPresenceUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Presence"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getConnectionPresenceList: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfColleaguePresence"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postFaqCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFaqRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["FaqRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postFaqDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaqName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getFaqQuery: {
        parameters: {
            query: {
                pageNumber?: number;
                pageSize?: number;
                /** @description What question or answer have. */
                searchText?: string;
                /** @description The workgroup or agent. */
                serviceUid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfFaqRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postFaqUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FaqUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["FaqRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveClose: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageLeaveCountPending: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageLeaveQuery: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                status?: string;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfListed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageLeaveQueryUid: {
        parameters: {
            query: {
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveRead: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveReply: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveSpam: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveStatusUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageLeaveTransfer: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Tending"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessagePing: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageRestSend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: string;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageSearch: {
        parameters: {
            query?: {
                agentUid?: string;
                cursor?: string;
                /** @description `newest` or `best`. */
                order?: string;
                pageSize?: number;
                /** @description What messages say. */
                q?: string;
                since?: string;
                /** @description A tag of conversations or visitors. */
                tag?: string;
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description Message types with commas between. */
                type?: string;
                /** @description The visitor, if it has no token. */
                uid?: string;
                until?: string;
                visitorUid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["SearchAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageThreadUidRead: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path: {
                uid: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageThreadTopic: {
        parameters: {
            query: {
                /** @description Only messages behind this `seq`. */
                after?: number;
                /** @description Only messages before this `seq`. */
                before?: number;
                /** @description The page, from 0. */
                pageNumber?: number;
                /** @description Messages of a page. */
                pageSize?: number;
                /** @description The thread's topic. */
                topic: string;
                /** @description The visitor who asks. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageThreadUid: {
        parameters: {
            query?: {
                after?: number;
                before?: number;
                pageNumber?: number;
                pageSize?: number;
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description A visitor without a token; of agents another name for `threadUid`. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageUnread: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postMessageUnreadClear: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getMessageUnreadCount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getNotices: {
        parameters: {
            query?: {
                /** @description Only what is before this position: `next` of the page before. */
                before?: number;
                menuKey?: string;
                size?: number;
                /** @description The visitor who asks. */
                uid?: string;
                unread?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["NoticesAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postNotices: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewNotice"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Posted"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getNoticesFeed: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["NoticeFrame"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postNoticesRead: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NoticesRead"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Read"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postNoticesWithdraw: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WithdrawRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: null;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Configuration"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Health"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsNodes: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Nodes"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsOverview: {
        parameters: {
            query?: {
                /** @description Only points of the course behind this time, in milliseconds since 1970. */
                after?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Overview"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postOpsSelftest: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["SelfTest"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postOpsSessionKick: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Kick"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ConnectionRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsSessionQuery: {
        parameters: {
            query?: {
                /** @description Connections from this address only. */
                address?: string;
                /** @description Only connections before the one of this number. */
                before?: number;
                /** @description stomp, sockjs or mqtt. */
                protocol?: string;
                /** @description Connections of the page, at most 100. */
                size?: number;
                /** @description websocket, tcp or http. */
                transport?: string;
                /** @description Connections of this user only; service accounts are no users. */
                user?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ConnectionPage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOpsTrace: {
        parameters: {
            query: {
                /** @description The topic of its conversation; missing for wherever it is found among the newest 100,000. */
                topic?: string;
                /** @description The uid that its sender gave the message. */
                uid: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Trace"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getOrderCardId: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["OrderCard"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postOrderCardIdCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["OrderCard"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postOrderCardIdPay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["OrderCard"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postPushBroadcast: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PushRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Pushed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postPushUsersUid: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path: {
                uid: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PushRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Pushed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getQueueAgentQueuingCount: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getQueueQueryQueuing: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfThread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postQuickreplyCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewQuickReplyRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["QuickReplyRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postQuickreplyDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuickReplyName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getQuickreplyQuery: {
        parameters: {
            query?: {
                /** @description In this folder only. */
                category?: string;
                /** @description Of this level only. */
                level?: string;
                pageNumber?: number;
                pageSize?: number;
                /** @description What the shortcut begins with, or title or content have. */
                searchText?: string;
                /** @description Of this workgroup only. */
                workgroupUid?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfQuickReplyRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postQuickreplyUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["QuickReplyUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["QuickReplyRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getReportService: {
        parameters: {
            query?: {
                agentUid?: components["schemas"]["Uid"];
                /** @description Milliseconds since 1970, or a time as RFC 3339 says it; a day ago if it is missing. */
                from?: string;
                /** @description `hour`, `day`, `agent`, `workgroup`, with commas between them. */
                groupBy?: string;
                /** @description As `from`; now if it is missing. */
                to?: string;
                workgroupUid?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ReportLine"][];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getReportServiceCsv: {
        parameters: {
            query?: {
                agentUid?: components["schemas"]["Uid"];
                /** @description Milliseconds since 1970, or a time as RFC 3339 says it; a day ago if it is missing. */
                from?: string;
                /** @description `hour`, `day`, `agent`, `workgroup`, with commas between them. */
                groupBy?: string;
                /** @description As `from`; now if it is missing. */
                to?: string;
                workgroupUid?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A table as RFC 4180 has it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                    "text/csv": string;
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getRetentionQuery: {
        parameters: {
            query?: {
                /** @description As if so many days were set. */
                days?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["RetentionAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postRetentionUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RetentionChange"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["RetentionAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postServiceKeyCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceKeyToMake"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ServiceKeyRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postServiceKeyDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceKeyName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getServiceKeyQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ServiceKeyRow"][];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postServiceKeyUpdateName: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceKeyChange"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ServiceKeyRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getSettingsQuery: {
        parameters: {
            query: {
                /** @description The workgroup or agent. */
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ServiceSettings"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postSettingsUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SettingsChange"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ServiceSettings"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postTabooCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWord"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["WordAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postTabooDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WordName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postTabooImport: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWords"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ImportAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getTabooMessageQuery: {
        parameters: {
            query?: {
                /** @description Only those with this action. */
                action?: string;
                /** @description Only hits before the one of this number: `next` of an earlier page. */
                before?: number;
                pageSize?: number;
                /** @description Only those of this user. */
                userUid?: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["HitPage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getTabooQueryOrg: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfWordAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getTabooSettingsQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Scope"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postTabooSettingsUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Scope"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Scope"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postTabooUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WordUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["WordAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadAccept: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadClose: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewThread"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadExport: {
        parameters: {
            query?: {
                format?: components["schemas"]["Format"];
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The conversation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        messages: unknown[];
                        thread: Record<string, never>;
                    } | components["schemas"]["Failure"];
                    "text/plain": string;
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteAccept: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteExit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteReject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadInviteRemove: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadQuery: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfThread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadQueryOrg: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                status?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfThread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadQueryTopic: {
        parameters: {
            query?: {
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadRatingInvite: {
        parameters: {
            query?: {
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description The conversation's uid. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadRatingInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getThreadRatingQueryThreadUid: {
        parameters: {
            query?: {
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description The conversation's uid. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["RatingRow"][];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadTakeover: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SupervisionRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadTransferAccept: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadTransferCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadTransferCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadTransferReject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUnwatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SupervisionRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateFold: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateHide: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateMute: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateNote: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateStar: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadStatusRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateTagList: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateTop: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateUnread: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateUnreadCount: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadUpdateUser: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ThreadUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadWatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SupervisionRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postThreadWhisper: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Whisper"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"] | null;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postUploadFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["UploadAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getUploadLink: {
        parameters: {
            query: {
                uid?: string;
                url: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["LinkAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postUserChangePassword: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasswordChange"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postUserLogout: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["AgentUser"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorInvite: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InviteVisitorRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorInviteCancel: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CancelVisitorInvitation"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorQueryOnline: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfBrowsingRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorQueryUid: {
        parameters: {
            query: {
                /** @description The visitor. */
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["VisitorRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VisitorUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["VisitorRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWebhookCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewHook"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["HookAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getWebhookDeadQuery: {
        parameters: {
            query: {
                /** @description Only what is older than the letter of this number. */
                before?: number;
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["DeadAnswer"][];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWebhookDeadReplay: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Replay"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Replayed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWebhookDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WebhookName"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getWebhookQuery: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["HookAnswer"][];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWebhookUpdateActive: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Switch"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["HookAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWorkgroupCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewWorkgroup"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["CreatedWorkgroup"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getWorkgroupQueryOrg: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfWorkgroupRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getWorkgroupQueryUid: {
        parameters: {
            query: {
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["WorkgroupRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getWorkgroupRoutingState: {
        parameters: {
            query: {
                uid: components["schemas"]["Uid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["RoutingState"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWorkgroupUpdate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkgroupUpdate"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["WorkgroupRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWorkgroupUpdateStatus: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WorkgroupStatus"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["WorkgroupRow"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postWorkgroupUpdateWeight: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["WeightRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAuthLogin: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LoginRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["LoginAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postAuthLoginAccessToken: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResumeRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["LoginAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getConfigBytedeskProperties: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Properties"];
                        message: string;
                    };
                };
            };
        };
    };
    getFilePath: {
        parameters: {
            query?: {
                /** @description The signature of the link. */
                access?: string;
            };
            header?: never;
            path: {
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file, with its own content type. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                    "application/json": components["schemas"]["Failure"];
                };
            };
            /** @description The part that `Range` asks for. */
            206: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "*/*": string;
                };
            };
            /** @description The client has it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            /** @description There is no such part. */
            416: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getHealthz: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Words. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Words. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
        };
    };
    getReadyz: {
        parameters: {
            query?: {
                /**
                 * @description 404 for that status instead of 503 while the server stops: HAProxy then leaves it the connections that it has
                 *     (`http-check disable-on-404`).
                 */
                stopping?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Words. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Failure"];
                    "text/plain": string;
                };
            };
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorBrowse: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BrowseRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: boolean;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorChannel: {
        parameters: {
            query: {
                /** @description Its uid. */
                channel: string;
                /** @description A language tag, as `zh-CN`; what is no Chinese gets English. */
                language?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["ShownChannel"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorInit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InitRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["InitAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorInviteAccept: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationAnswer"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorInviteReject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["InvitationAnswer"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorIp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: string;
                        message: string;
                    };
                };
            };
        };
    };
    postVisitorMessageLeaveConfirm: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Judgement"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorMessageLeaveCreate: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LeaveForm"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageLeaveQuery: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                status?: string;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfListed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorMessageLeaveReject: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Judgement"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Listed"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageSearch: {
        parameters: {
            query?: {
                agentUid?: string;
                cursor?: string;
                /** @description `newest` or `best`. */
                order?: string;
                pageSize?: number;
                /** @description What messages say. */
                q?: string;
                since?: string;
                /** @description A tag of conversations or visitors. */
                tag?: string;
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description Message types with commas between. */
                type?: string;
                /** @description The visitor, if it has no token. */
                uid?: string;
                until?: string;
                visitorUid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["SearchAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorMessageSend: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SendRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: string;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageThreadTopic: {
        parameters: {
            query: {
                /** @description Only messages behind this `seq`. */
                after?: number;
                /** @description Only messages before this `seq`. */
                before?: number;
                /** @description The page, from 0. */
                pageNumber?: number;
                /** @description Messages of a page. */
                pageSize?: number;
                /** @description The thread's topic. */
                topic: string;
                /** @description The visitor who asks. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageThreadUid: {
        parameters: {
            query?: {
                after?: number;
                before?: number;
                pageNumber?: number;
                pageSize?: number;
                threadTopic?: string;
                threadUid?: string;
                topic?: string;
                /** @description A visitor without a token; of agents another name for `threadUid`. */
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageUnread: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfMessage"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorMessageUnreadClear: {
        parameters: {
            query?: {
                uid?: string;
            };
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorMessageUnreadCount: {
        parameters: {
            query?: {
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorNotices: {
        parameters: {
            query?: {
                /** @description Only what is before this position: `next` of the page before. */
                before?: number;
                menuKey?: string;
                size?: number;
                /** @description The visitor who asks. */
                uid?: string;
                unread?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["NoticesAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorNoticesFeed: {
        parameters: {
            query?: {
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["NoticeFrame"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorNoticesRead: {
        parameters: {
            query?: {
                uid?: string;
            };
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NoticesRead"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Read"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorPing: {
        parameters: {
            query?: {
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        /** Format: uint64 */
                        data: number;
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorRatingSubmit: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RatingForm"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorThread: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OpenRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Message"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorThreadClose: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VisitorCloseRequest"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["Thread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorThreads: {
        parameters: {
            query?: {
                pageNumber?: number;
                pageSize?: number;
                uid?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["PageOfThread"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    postVisitorUploadFile: {
        parameters: {
            query?: never;
            header?: {
                /** @description Names this request: sent again under the same key it does what it does once. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["UploadForm"];
            };
        };
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["UploadAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            409: components["responses"]["Status409"];
            413: components["responses"]["Status413"];
            422: components["responses"]["Status422"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorUploadLink: {
        parameters: {
            query: {
                uid?: string;
                url: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["LinkAnswer"];
                        message: string;
                    } | components["schemas"]["Failure"];
                };
            };
            401: components["responses"]["Status401"];
            403: components["responses"]["Status403"];
            404: components["responses"]["Status404"];
            429: components["responses"]["Status429"];
            500: components["responses"]["Status500"];
            503: components["responses"]["Status503"];
        };
    };
    getVisitorUploadSecurityConfig: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was asked for, or why it is refused. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @constant */
                        code: 200;
                        data: components["schemas"]["UploadRules"];
                        message: string;
                    };
                };
            };
        };
    };
}
