import { LocationProvider, Route, Router, useLocation } from 'preact-iso/router';
import { LateAnswers } from './acts/late.tsx';
import { Announcer } from './data/announce.tsx';
import { NewMigration } from './form/page.tsx';
import { AwayBanner } from './layout/away-banner.tsx';
import { Header } from './layout/header.tsx';
import { Nowhere } from './layout/nowhere.tsx';
import { OtherTargetBanner } from './layout/other-target.tsx';
import { Unbroken } from './layout/unbroken.tsx';
import { Migrations } from './list/page.tsx';
import { MigrationPage } from './migration/page.tsx';

/** An address that is no UTF-8 would break the router, which decodes it. */
const isReadable = (path: string): boolean => {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
};

const Routes = () => {
  const { path, url } = useLocation();
  if (!isReadable(path)) return <Nowhere />;
  return (
    <Unbroken at={url}>
      <Router>
        <Route path="/console" component={Migrations} />
        <Route path="/console/new" component={NewMigration} />
        <Route path="/console/migrations/:id" component={AtMigration} />
        <Route default component={Nowhere} />
      </Router>
    </Unbroken>
  );
};

const AtMigration = ({ id }: { id: string }) => <MigrationPage key={id} id={id} />;

/** The console: every route below one header. A page that breaks leaves the way to the others. */
export const App = () => (
  <LocationProvider scope="/console">
    <a class="skip" href="#main">
      Skip to the content
    </a>
    <Header />
    <AwayBanner />
    <OtherTargetBanner />
    <LateAnswers />
    <main id="main" tabIndex={-1}>
      <Routes />
    </main>
    <Announcer />
  </LocationProvider>
);
