export const schemaFile: URL;
export function schemaOf(document: object): Promise<string>;
