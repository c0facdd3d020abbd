// Messages of Deskwire as protobuf, for MQTT. The code is generated from the schemas that the server uses.

export { MessageSchema } from './generated/message_pb.js';
export type { Message } from './generated/message_pb.js';
export { ThreadSchema } from './generated/thread_pb.js';
export type { Thread } from './generated/thread_pb.js';
export { UserSchema } from './generated/user_pb.js';
export type { User } from './generated/user_pb.js';
export { create, fromBinary, toBinary } from '@bufbuild/protobuf';
