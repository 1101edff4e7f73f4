import { Heading } from '../parts/heading.tsx';

export const Nowhere = () => (
  <>
    <Heading title="Nothing is here" />
    <p>
      This address belongs to no page of the console. <a href="/console/">All migrations</a>
    </p>
  </>
);
