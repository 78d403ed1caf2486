export const hypervisors = {
  title: 'Hypervisors',
};
