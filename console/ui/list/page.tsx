import { Heading } from '../parts/heading.tsx';

export const Migrations = () => <Heading title="Migrations" />;
