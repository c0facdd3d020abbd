// What a script tag brings: visitors and agents, without MQTT.

export * from './index.js';
export { createDesk } from './desk.js';
