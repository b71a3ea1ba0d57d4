import org.jinterop.dcom.common.JIComVersion;
import org.jinterop.dcom.common.JIException;
import org.jinterop.dcom.common.JISystem;
import org.jinterop.dcom.core.IJIComObject;
import org.jinterop.dcom.core.JIClsid;
import org.jinterop.dcom.core.JIComServer;
import org.jinterop.dcom.core.JISession;
import org.jinterop.dcom.core.JIString;
import org.jinterop.dcom.core.JIVariant;
import org.jinterop.dcom.impls.JIObjectFactory;
import org.jinterop.dcom.impls.automation.IJIDispatch;

/** Activates MMC20.Application by j-interop and asks it for its version: HOST MINOR|default SESSION_SECURITY. */
public class Client {
  public static void main(String[] args) throws Exception {
    java.util.logging.LogManager.getLogManager().reset();
    JISystem.setAutoRegisteration(false);
    if (!args[1].equals("default")) JISystem.setCOMVersion(new JIComVersion(5, Integer.parseInt(args[1])));
    String password = new java.io.BufferedReader(new java.io.InputStreamReader(System.in)).readLine();
    JISession session = JISession.createSession("LAB", "op", password);
    session.useSessionSecurity(Boolean.parseBoolean(args[2]));
    session.setGlobalSocketTimeout(20000);
    try {
      JIComServer server = new JIComServer(JIClsid.valueOf("49B2791A-B1AE-4C90-9B8E-E860BA07F889"), args[0], session);
      IJIComObject unknown = server.createInstance();
      IJIComObject object = (IJIComObject) unknown.queryInterface(IJIDispatch.IID);
      IJIDispatch dispatch = (IJIDispatch) JIObjectFactory.narrowObject(object);
      JIVariant version = dispatch.get("VersionMajor");
      System.out.println("version " + version.getObject());
    } catch (JIException error) {
      System.out.println(String.format("error 0x%08x", error.getErrorCode()));
    } finally {
      try { JISession.destroySession(session); } catch (Exception error) { }
    }
    System.exit(0);
  }
}
