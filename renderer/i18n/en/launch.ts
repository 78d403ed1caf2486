export const launch = {
  title: 'Launch an instance',
};
