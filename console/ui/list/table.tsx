import type { ListedMigration } from '../../../functions/migration/view.ts';
import { Row } from './row.tsx';

export const MigrationTable = ({ migrations }: { migrations: ListedMigration[] }) => (
  <table class="migrations">
    <caption class="unseen">Migrations, newest first</caption>
    <thead>
      <tr>
        <th scope="col">Migration</th>
        <th scope="col">Status</th>
        <th scope="col">Progress</th>
        <th scope="col">Lag</th>
        <th scope="col">What it waits for, or why it ended</th>
        <th scope="col" class="age">
          Age
        </th>
      </tr>
    </thead>
    <tbody>
      {migrations.map((migration) => (
        <Row key={migration.migrationId} migration={migration} />
      ))}
    </tbody>
  </table>
);
