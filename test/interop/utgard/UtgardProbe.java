import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jinterop.dcom.core.JIVariant;
import org.openscada.opc.lib.common.ConnectionInformation;
import org.openscada.opc.lib.da.Async20Access;
import org.openscada.opc.lib.da.Item;
import org.openscada.opc.lib.da.Server;

/** utgard at an OPC server: HOST USER PASSWORD CLSID ITEM WRITABLE. Prints `step: result` or `step: FAILED why`. */
public class UtgardProbe {
  interface Step {
    String run() throws Exception;
  }

  static boolean step(String name, Step step) {
    try {
      System.out.println(name + ": " + step.run());
      return true;
    } catch (Throwable error) {
      System.out.println(name + ": FAILED " + String.valueOf(error.getMessage()).split("\n")[0]);
      return false;
    }
  }

  public static void main(String[] args) throws Exception {
    ConnectionInformation to = new ConnectionInformation();
    to.setHost(args[0]);
    to.setDomain("LAB");
    to.setUser(args[1]);
    to.setPassword(args[2]);
    to.setClsid(args[3]);
    ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    Server server = new Server(to, scheduler);
    if (step("connect", () -> { server.connect(); return "ok"; })) {
      step("browse", () -> String.join(",", server.getFlatBrowser().browse()));
      step("read", () -> String.valueOf(server.addGroup("read").addItem(args[4]).read(true).getQuality()));
      step("write", () -> {
        Item item = server.addGroup("write").addItem(args[5]);
        return item.write(new JIVariant(42.5)) + " " + item.read(true).getValue();
      });
      step("subscribe", () -> {
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        Async20Access access = new Async20Access(server, 100, false);
        access.addItem(args[4], (item, state) -> seen.add(String.valueOf(state.getQuality())));
        access.bind();
        int changes = 0;
        while (changes < 3 && seen.poll(changes == 0 ? 8 : 4, TimeUnit.SECONDS) != null) changes++;
        access.unbind();
        return changes + " changes";
      });
      step("disconnect", () -> { server.disconnect(); return "ok"; });
    }
    System.exit(0);
  }
}
