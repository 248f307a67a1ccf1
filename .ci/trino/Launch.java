class Launch {
  public static void main(String[] version) {
    new io.trino.server.Server().start(version[0]);
  }
}
