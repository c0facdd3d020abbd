// Files that are dragged over the thread.

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useWords } from '../texts/words.js';

/** Takes files that are dropped on `children`. */
export function FileDrop({
  take,
  children,
}: {
  take: (files: FileList) => void;
  children: ComponentChildren;
}) {
  const { t } = useWords();
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
  return (
    <div
      class="thread"
      onDragOver={(event) => {
        if (hasFiles(event)) {
          event.preventDefault();
          setOver(true);
        }
      }}
      onDragLeave={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget as Node | null)) {
          setOver(false);
        }
      }}
      onDrop={(event) => {
        setOver(false);
        if (event.dataTransfer && hasFiles(event)) {
          event.preventDefault();
          take(event.dataTransfer.files);
        }
      }}
    >
      {children}
      {over && <p class="drop">{t('composer.drop')}</p>}
    </div>
  );
}
