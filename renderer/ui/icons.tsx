import type { ReactNode } from 'react';

interface IconProps {
  readonly size?: number;
}

/** Strokes on a 16 × 16 grid, in the colour of the text around them. */
function icon(...paths: readonly string[]): (props: IconProps) => ReactNode {
  return ({ size = 16 }) => (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {paths.map((path) => (
        <path key={path} d={path} />
      ))}
    </svg>
  );
}

export const CopyIcon = icon('M6 5.5h7v8H6z', 'M3.5 10.5V3a.5.5 0 0 1 .5-.5h6');
export const CheckIcon = icon('M3 8.5l3.2 3L13 4.5');
export const CloseIcon = icon('M4 4l8 8', 'M12 4l-8 8');
export const DotsIcon = icon('M3.5 8h.01', 'M8 8h.01', 'M12.5 8h.01');
export const SearchIcon = icon('M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9z', 'M10.3 10.3l3.2 3.2');
export const ColumnsIcon = icon('M2.5 3h11v10h-11z', 'M6.2 3v10', 'M9.8 3v10');
export const PlusIcon = icon('M8 3v10', 'M3 8h10');
export const SortUpIcon = icon('M8 12.5v-9', 'M4.5 7L8 3.5 11.5 7');
export const SortDownIcon = icon('M8 3.5v9', 'M4.5 9L8 12.5 11.5 9');
export const ServerIcon = icon('M2.5 3h11v4h-11z', 'M2.5 9h11v4h-11z', 'M5 5h.01', 'M5 11h.01');
export const InstanceIcon = icon('M2.5 3h11v8h-11z', 'M6 13.5h4', 'M8 11v2.5');
export const FlavorIcon = icon(
  'M4 4h8v8H4z',
  'M6.5 1.8V4',
  'M9.5 1.8V4',
  'M6.5 12v2.2',
  'M9.5 12v2.2',
  'M1.8 6.5H4',
  'M1.8 9.5H4',
  'M12 6.5h2.2',
  'M12 9.5h2.2',
);
export const KeyIcon = icon(
  'M5.5 13a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6z',
  'M7.5 8.2L13 2.7',
  'M11 4.7l2 2',
);
export const ImageIcon = icon(
  'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12z',
  'M8 9.5a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z',
);
export const ActivityIcon = icon('M1.5 8.5h3l2-5 3 9 2-4h3');
export const SunIcon = icon(
  'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  'M8 1.5v1',
  'M8 13.5v1',
  'M1.5 8h1',
  'M13.5 8h1',
  'M3.4 3.4l.7.7',
  'M11.9 11.9l.7.7',
  'M3.4 12.6l.7-.7',
  'M11.9 4.1l.7-.7',
);
export const ExpandIcon = icon('M9.5 2.5h4v4', 'M6.5 13.5h-4v-4', 'M13.5 2.5L9 7', 'M2.5 13.5L7 9');
export const RefreshIcon = icon('M13 8a5 5 0 1 1-1.6-3.7', 'M13.2 2v2.8h-2.8');
export const WarningIcon = icon('M8 2.5l6 11H2z', 'M8 6.8v3', 'M8 11.6h.01');
export const ScaleIcon = icon('M8 2.5v11', 'M5 13.5h6', 'M3 4.5h10', 'M3 4.5l-1.5 4h3z', 'M13 4.5l-1.5 4h3z');
export const AggregateIcon = icon('M2.5 2.5h5v5h-5z', 'M8.5 8.5h5v5h-5z', 'M10 3.5h3v3', 'M6 12.5H3v-3');
export const GroupIcon = icon(
  'M8 6.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  'M4 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  'M12 13.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z',
  'M7 6.3l-2 3.4',
  'M9 6.3l2 3.4',
);
export const ProjectIcon = icon('M2 4.5h4.5L8 6h6v7.5H2z');
export const DifferenceIcon = icon('M3 5h10', 'M3 11h10', 'M10.5 2.5l-5 11');
