import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The fields of an event that are counted. */
record Event(long timeMillis, String series) {
  private static final JsonFactory JSON = new JsonFactory();

  /** Reads the payload with Jackson's streaming parser, without a tree and without strings for unused fields. */
  static Event parse(byte[] payload) {
    long timeMillis = 0;
    String game = null;
    String call = null;
    try (JsonParser json = JSON.createParser(payload)) {
      json.nextToken();
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        JsonToken value = json.nextToken();
        switch (name) {
          case "time" -> timeMillis = json.getLongValue();
          case "game" -> game = json.getText();
          case "call" -> call = json.getText();
          default -> {
            if (value.isStructStart()) json.skipChildren();
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Event(timeMillis, game + ":" + call);
  }
}
