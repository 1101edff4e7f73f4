import { useState } from 'preact/hooks';
import { ErrorBoundary } from 'preact-iso/lazy';
import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router';
import { Announcer } from './data/announce.tsx';
import { NewMigration } from './form/page.tsx';
import { AwayBanner } from './layout/away-banner.tsx';
import { Header } from './layout/header.tsx';
import { Nowhere } from './layout/nowhere.tsx';
import { Migrations } from './list/page.tsx';
import { MigrationPage } from './migration/page.tsx';
import { Note } from './parts/note.tsx';

/** An address that is no UTF-8 would break the router, which decodes it. */
const isReadable = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};

const Routes = ({ onChange }: { onChange(): void }) => {
  const { path } = useLocation();
  if (!isReadable(path)) return <Nowhere />;
  return (
    <Router onRouteChange={onChange}>
      <Route path="/console" component={Migrations} />
      <Route path="/console/new" component={NewMigration} />
      <Route path="/console/migrations/:id" component={AtMigration} />
      <Route default component={Nowhere} />
    </Router>
  );
};

const AtMigration = ({ id }: { id: string }) => <MigrationPage key={id} id={id} />;

/** The console: every route below one header. A page that breaks leaves the way to the others. */
export const App = () => {
  const [broken, setBroken] = useState<string>();
  return (
    <LocationProvider scope="/console">
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <Header />
      <AwayBanner />
      <main id="main" tabIndex={-1}>
        {broken !== undefined && <Broken why={broken} />}
        <ErrorBoundary onError={(error: Error) => setBroken(String(error))}>
          <Routes onChange={() => setBroken(undefined)} />
        </ErrorBoundary>
      </main>
      <Announcer />
    </LocationProvider>
  );
};

const Broken = ({ why }: { why: string }) => (
  <Note tone="danger" title="This page broke">
    <p>
      {why} What it shows may be old. <a href={location.href}>Load it again</a>; the migration itself does not depend on
      this page.
    </p>
  </Note>
);
