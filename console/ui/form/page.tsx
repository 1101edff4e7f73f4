import { Heading } from '../parts/heading.tsx';

export const NewMigration = () => <Heading title="New migration" />;
